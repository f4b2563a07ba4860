"""The REST interface: its answers, its errors, and its description."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image

from indexer.renditions.renderer import MAX_PROCESSES, MAX_WAITING
from indexer.web.app import PAGES
from indexer.web.endpoints import ENDPOINTS, ROOT


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


def picture(answer) -> Image.Image:
    assert answer.status_code == 200, answer.text
    return Image.open(io.BytesIO(answer.content))


def test_pictures_are_encoded_anew_and_kept_by_the_browser(served):
    name = served.photo("a.png", "helios")

    answer = served.client.get(f"/api/v1/photos/{name}/image?size=480")
    again = served.client.get(
        f"/api/v1/photos/{name}/image?size=480", headers={"If-None-Match": answer.headers["etag"]}
    )

    assert (picture(answer).format, picture(answer).size) == ("WEBP", (256, 32))
    assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert (again.status_code, again.content) == (304, b"")
    assert picture(served.client.get(f"/api/v1/photos/{name}/image?size=4096")).format == "JPEG"


def test_the_ink_of_a_word_is_cut_out(served):
    name = served.photo("a.png", "helios")
    word = served.client.get(f"/api/v1/photos/{name}").json()["words"][0]
    left, top, right, bottom = word["box"]

    ink = picture(
        served.client.get(f"/api/v1/photos/{name}/ink?box={left},{top},{right},{bottom}&height=8")
    )

    assert ink.size == ((right - left) // 2, 8)


@pytest.mark.parametrize(
    "asked",
    [
        "image?size=481",
        "image?size=",
        "image?size=48٠",
        "ink",
        "ink?box=1,2,3",
        "ink?box=3,2,1,9",
        "ink?box=-1,2,3,4",
        "ink?box=0,0,9,9&height=257",
        "ink?box=0,0,9,9&height=0",
        "ink?box=0,0,9,9&height=x",
        "ink?box=0,0,9999999,9",
    ],
)
def test_a_picture_that_cannot_be_asked_for_is_refused(served, asked):
    name = served.photo("a.png", "helios")

    assert served.client.get(f"/api/v1/photos/{name}/{asked}").status_code == 400


def test_a_photo_that_was_exchanged_is_not_shown_in_its_place(served):
    name = served.photo("a.png", "helios")
    served.photo("b.png", "selene")
    (served.world.photos / "b.png").replace(served.world.photos / "a.png")

    answer = served.client.get(f"/api/v1/photos/{name}/image")

    assert answer.status_code == 410
    assert "changed since it was read" in answer.json()["detail"]


def test_a_link_in_place_of_a_photo_is_not_followed(served, tmp_path):
    name = served.photo("a.png", "helios")
    outside = (served.world.photos / "a.png").rename(tmp_path / "secret.png")
    (served.world.photos / "a.png").symlink_to(outside)

    answer = served.client.get(f"/api/v1/photos/{name}/image")

    assert answer.status_code == 410
    assert "a link" in answer.json()["detail"]


def test_a_copy_is_shown_where_the_first_file_is_gone(served):
    name = served.photo("a.png", "helios")
    (served.world.photos / "b.png").write_bytes((served.world.photos / "a.png").read_bytes())
    served.world.sync()
    (served.world.photos / "a.png").unlink()

    picture(served.client.get(f"/api/v1/photos/{name}/image"))


def test_a_kept_picture_is_shown_while_the_photo_is_away(served):
    name = served.photo("a.png", "helios")
    path = f"/api/v1/photos/{name}/image?size=480"
    before = served.client.get(path).content
    other = served.photo("b.png", "luna")
    picture(served.client.get(path.replace(name, other)))  # the process has this one in memory now
    (served.world.photos / "a.png").unlink()

    assert served.client.get(path).content == before
    assert served.client.get(path.replace("480", "2048")).status_code == 410


def test_too_many_pictures_at_once_are_told_to_come_again(served):
    name = served.photo("a.png", "helios")
    served.site.renderer._places -= MAX_PROCESSES + MAX_WAITING

    answer = served.client.get(f"/api/v1/photos/{name}/image")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")


def test_status_and_folders_are_those_of_the_command_line(served):
    served.photo("a.png", "helios")

    assert served.client.get("/api/v1/status").json()["photos"]["read"] == 1
    assert served.client.get("/api/v1/folders").json() == [
        {"folder": str(served.world.photos), "online": True}
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
    for row in ENDPOINTS:
        if row.method != "GET" or row.returns is None:
            continue
        path = ROOT + row.path.replace("{id}", name) + ("?q=helios" if row.query else "")
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
