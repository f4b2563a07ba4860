"""The REST interface: its answers, its errors, and its description."""

from __future__ import annotations

import re

import pytest

from indexer.web.app import PAGES
from indexer.web.endpoints import ENDPOINTS, ROOT

from ..corrections.runs import put_run

pytestmark = pytest.mark.thorough


def test_a_search_has_the_answer_of_the_command_line_and_more(served):
    name = served.photo("a.png", "helios", "luna")
    served.photo("b.png", "selene")

    answer = served.client.get("/api/v1/search", params={"q": "helios"}).json()

    assert set(answer) == {"query", "seconds", "total", "hits", "suggestions", "behind"}
    [hit] = answer["hits"]
    assert (hit["id"], hit["size"], hit["context"]) == (name, [256, 48], "helios")
    assert hit["words"][0]["text"] == "helios"
    assert (answer["suggestions"], answer["behind"]) == ([], 0)


def test_a_search_that_finds_nothing_suggests(served):
    served.photo("a.png", "helios")

    answer = served.client.get("/api/v1/search", params={"q": "helius", "exact": True}).json()

    assert (answer["hits"], answer["suggestions"]) == ([], ["helios"])


def test_offset_and_limit_take_a_part_of_the_hits(served):
    for number in range(5):
        served.photo(f"{number}.png", "helios", salt=number)

    def found(**given):
        answer = served.client.get("/api/v1/search", params={"q": "helios"} | given).json()
        return [hit["photo"] for hit in answer["hits"]], answer["total"]

    everything, total = found()
    assert (len(everything), total) == (5, 5)
    assert found(offset=1, limit=2)[0] == everything[1:3]
    assert found(offset=9) == ([], 5)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "q: Field required"),
        ({"q": "x" * 1001}, "q: String should have at most 1000"),
        ({"q": " ".join(f"w{n}" for n in range(21))}, "21 words are more than the 20"),
        ({"q": '"open'}, "quote"),
        ({"q": "a", "limit": "0"}, "limit: "),
        ({"q": "a", "limit": "201"}, "limit: "),
        ({"q": "a", "offset": "-1"}, "offset: "),
        ({"q": "a", "min_score": "nan"}, "min_score: "),
        ({"q": "a", "since": "yesterday"}, "since: give a day such as 2026-03-01"),
        ({"q": "a", "until": "2026-02-30"}, "until: day is out of range"),
        ({"q": "a", "colour": "red"}, "colour: Extra inputs"),
    ],
)
def test_a_parameter_that_is_wrong_is_named(served, given, said):
    served.photo("a.png", "helios")

    answer = served.client.get("/api/v1/search", params=given)

    assert answer.status_code == 400
    assert said in answer.json()["detail"]


def test_dates_and_folders_narrow_a_search(served):
    served.photo("a.png", "helios")

    def total(**given):
        return served.client.get("/api/v1/search", params={"q": "helios"} | given).json()["total"]

    assert total() == 1
    assert total(since="2001-01-01") == 0
    assert total(folder=str(served.world.photos)) == 1
    assert total(folder=str(served.world.photos / "below")) == 0


def test_before_anything_is_indexed_the_sentence_of_the_command_line_comes(served):
    for file in served.site.settings.home.glob("catalog.db*"):
        file.unlink()

    answer = served.client.get("/api/v1/search", params={"q": "a"})

    assert answer.status_code == 503
    assert "nothing is indexed yet; run: ocrsearch index FOLDER" in answer.json()["detail"]


def test_a_photo_comes_with_its_words_files_and_id(served):
    name = served.photo("a.png", "helios", "luna")

    photo = served.client.get(f"/api/v1/photos/{name}").json()

    assert (photo["id"], photo["width"], photo["state"]) == (name, 256, "read")
    assert [word["text"] for word in photo["words"]] == ["helios", "luna"]
    assert photo["places"] == [str(served.world.photos / "a.png")]


def test_a_name_that_is_not_utf8_is_escaped_as_on_the_command_line(served):
    name = served.photo("caf\udce9.png", "helios")

    found = served.client.get("/api/v1/search", params={"q": "helios"}).json()
    photo = served.client.get(f"/api/v1/photos/{name}").json()

    assert found["hits"][0]["photo"].endswith("caf\udce9.png")
    assert photo["places"] == [found["hits"][0]["photo"]]


@pytest.mark.parametrize(
    "name",
    ["0" * 32, "A" * 32, "..%2f..%2fetc%2fpasswd", "%00", "a" * 33, "x", "0" * 31 + "%0a", "é"],
)
def test_an_id_that_no_photo_has_is_not_found(served, name):
    served.photo("a.png", "helios")

    for path in (f"/api/v1/photos/{name}", f"/api/v1/photos/{name}/image", f"/photo/{name}"):
        assert served.client.get(path).status_code == 404, path


def test_status_and_folders_are_those_of_the_command_line(served):
    served.photo("a.png", "helios")

    assert served.client.get("/api/v1/status").json()["photos"]["read"] == 1
    assert served.client.get("/api/v1/folders").json() == [
        {"folder": str(served.world.photos), "photos": 1, "online": True}
    ]


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b'{"code": 3}', "application/json", 400),
        (b'{"code": "a", "more": 1}', "application/json", 400),
        (b"[" * 60_000, "application/json", 400),
        (b"{", "Application/JSON; charset=utf-8", 400),
        (b'{"code": "a"}', "text/plain", 415),
    ],
)
def test_a_body_that_is_not_what_was_asked_for_is_refused(served, body, kind, status):
    answer = served.client.post("/api/v1/pair", content=body, headers={"Content-Type": kind})

    assert answer.status_code == status


def test_the_description_has_the_endpoints_of_the_table_and_nothing_else(served):
    told = served.client.get("/api/v1/openapi.json").json()

    rows = {(method.upper(), path) for path, row in told["paths"].items() for method in row}
    assert rows == {(row.method, ROOT + row.path) for row in ENDPOINTS}
    assert (told["openapi"], told["info"]["version"]) == ("3.1.0", "1.2.3")
    named = re.findall(r"#/components/schemas/(\w+)", str(told))
    assert set(named) <= set(told["components"]["schemas"])


def test_each_answer_fits_its_schema(served):
    from pydantic import TypeAdapter

    name = served.photo("a.png", "helios", "luna")
    put_run(served.site.settings.own_weights)
    for row in ENDPOINTS:
        if row.method != "GET" or row.returns is None:
            continue
        path = ROOT + row.path.replace("{id}", name).replace("{number}", "1")
        path += "?q=helios" if "q" in row.asked.model_fields else ""
        answer = served.client.get(path)
        assert answer.status_code == 200, path
        TypeAdapter(row.returns).validate_json(answer.content)


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/status"), ("GET", "/nothing"), ("GET", "/photos/")]
)
def test_what_is_not_in_the_table_is_a_problem(served, method, path):
    answer = served.client.request(method, ROOT + path)

    assert answer.status_code in {404, 405}
    assert answer.headers["content-type"] == "application/problem+json"


def test_an_unexpected_error_is_logged_and_told_without_its_trace(served, monkeypatch, caplog):
    monkeypatch.setattr(served.site.library, "parts", lambda: 1 / 0)

    answer = served.client.get("/api/v1/folders")

    assert answer.status_code == 500
    assert "ZeroDivision" not in answer.text
    assert "unexpected error" in caplog.text


def test_no_page_has_the_address_of_an_endpoint():
    assert not any(path.startswith(ROOT) for _, path, _ in PAGES)


def test_the_text_of_a_photo_is_given_as_a_file(served):
    name = served.photo("a.png", "helios", "luna")

    text = served.client.get(f"/api/v1/photos/{name}/export?format=txt")
    report = served.client.get(f"/api/v1/photos/{name}/export?format=json")

    assert text.text == "helios\nluna\n"
    assert text.headers["content-disposition"] == f'attachment; filename="{name}.txt"'
    assert report.json().items() <= served.client.get(f"/api/v1/photos/{name}").json().items()


@pytest.mark.parametrize("form", ["hocr", "alto", "page", "xmp"])
def test_the_words_of_a_photo_are_given_in_the_formats_of_other_programs(served, form):
    name = served.photo("a.png", "helios", "luna")

    given = served.client.get(f"/api/v1/photos/{name}/export?format={form}")

    assert given.headers["content-disposition"].startswith(f'attachment; filename="{name}.')
    assert "helios" in given.text


def test_a_photo_is_given_as_pdf(served):
    pytest.importorskip("fpdf")
    name = served.photo("a.png", "helios", "luna")

    given = served.client.get(f"/api/v1/photos/{name}/export?format=pdf")

    assert given.headers["content-type"] == "application/pdf"
    assert given.content.startswith(b"%PDF")


def test_an_error_of_the_command_line_has_its_exit_code(served):
    served.photo("a.png", "helios")

    told = served.client.get("/api/v1/search", params={"q": '"open'}).json()

    assert (told["status"], told["exit_code"]) == (400, 2)


def test_why_new_photos_are_not_read_is_said(served):
    class Ended:
        problem = "ocrsearch watch has ended"

    served.photo("a.png", "helios")
    assert served.client.get("/api/v1/status").json()["problem"] is None

    served.site.watching = Ended()

    assert served.client.get("/api/v1/status").json()["problem"] == "ocrsearch watch has ended"
    assert "ocrsearch watch has ended" in served.client.get("/status").text
