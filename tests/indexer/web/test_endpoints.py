"""The REST interface: its answers, its errors, and its description."""

from __future__ import annotations

import io
import json
import os
import re

import pytest
from PIL import Image

from indexer.ocr.photo_file import Limits
from indexer.renditions.renderer import MAX_PROCESSES, MAX_WAITING
from indexer.web.app import PAGES
from indexer.web.endpoints import ENDPOINTS, ROOT

from ..conftest import draw_photo


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
    for row in ENDPOINTS:
        if row.method != "GET" or row.returns is None:
            continue
        path = ROOT + row.path.replace("{id}", name)
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


def test_a_folder_counts_the_photos_below_it(served):
    for name in ("a.png", "march/b.png", "march/late/c.png", "may/d.png"):
        served.photo(name, "helios", salt=len(name))

    found = served.client.get("/api/v1/folders").json()

    photos = served.world.photos
    counts = {row["folder"]: row["photos"] for row in found}
    assert list(counts.items()) == [
        (str(photos), 4),
        (str(photos / "march"), 2),
        (str(photos / "march" / "late"), 1),
        (str(photos / "may"), 1),
    ]


def listed(served, **given):
    answer = served.client.get("/api/v1/photos", params=given)
    assert answer.status_code == 200, answer.text
    return answer.json()


def dated(served, name, day, salt):
    """A photo with a date by the camera."""
    path = draw_photo(served.world.photos / name, "helios", salt=salt)
    exif = Image.Exif()
    exif[0x0132] = day.replace("-", ":") + " 12:00:00"
    with Image.open(path) as image:
        image.save(path, exif=exif)


def test_all_photos_are_listed_newest_first_page_by_page(served):
    for salt, day in enumerate(["2026-03-01", "2026-05-01", "2026-04-01", "2026-05-01"]):
        dated(served, f"{salt}.png", day, salt)
    draw_photo(served.world.photos / "undated.png", "helios", salt=9)
    served.world.sync()

    names, cursor = [], ""
    for _ in range(3):
        page = listed(served, limit=2, cursor=cursor)
        names += [photo["photo"].rpartition("/")[2] for photo in page["photos"]]
        cursor = page["next"]

    assert set(names[:2]) == {"1.png", "3.png"}
    assert names[2:] == ["2.png", "0.png", "undated.png"]
    assert cursor is None


def test_a_list_has_photos_of_a_folder_a_time_and_a_state(served):
    dated(served, "below/a.png", "2026-03-01", 1)
    dated(served, "b.png", "2026-05-01", 2)
    draw_photo(served.world.photos / "blank.png", salt=3)
    served.world.sync()

    def names(**given):
        return [photo["photo"].rpartition("/")[2] for photo in listed(served, **given)["photos"]]

    assert names(folder=str(served.world.photos / "below")) == ["a.png"]
    assert names(since="2026-04-01") == ["b.png"]
    assert names(until="2026-04-01") == ["a.png"]
    assert names(state="empty") == ["blank.png"]
    [photo] = listed(served, since="2026-04-01")["photos"]
    assert (photo["words"], photo["taken"], photo["size"]) == (1, "2026-05-01T12:00:00", [256, 32])


@pytest.mark.parametrize("cursor", ["x", "2026-01-01", "2026-13-01T00:00:00_1", "_1", "9" * 50])
def test_a_cursor_that_no_list_gave_is_refused(served, cursor):
    served.photo("a.png", "helios")

    assert served.client.get("/api/v1/photos", params={"cursor": cursor}).status_code == 400


def test_the_text_of_a_photo_is_given_as_a_file(served):
    name = served.photo("a.png", "helios", "luna")

    text = served.client.get(f"/api/v1/photos/{name}/export?format=txt")
    report = served.client.get(f"/api/v1/photos/{name}/export?format=json")

    assert text.text == "helios\nluna\n"
    assert text.headers["content-disposition"] == f'attachment; filename="{name}.txt"'
    assert report.json() == served.client.get(f"/api/v1/photos/{name}").json()


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


def failed(served, *names):
    for name in names:
        (served.world.photos / name).write_bytes(b"no photo " + os.fsencode(name))
    served.world.sync()


def test_a_failed_photo_whose_name_is_not_utf8_is_tried_again(served):
    failed(served, "caf\udce9.png")
    found = served.client.get("/api/v1/failures").json()

    body, kind = json.dumps({"photos": [found[0]["photo"]]}), {"Content-Type": "application/json"}
    answer = served.client.post("/api/v1/failures/retry", content=body, headers=kind)

    assert (answer.json(), due(served)) == ({"due": 1}, {"caf\udce9.png"})


def due(served):
    return {path.name for path in served.world.library.catalog.wanted_again()}


def test_failed_photos_are_listed_and_tried_again(served):
    failed(served, "a.png", "b.png")
    (served.world.photos / "c.png").write_bytes(b"")
    served.world.sync()
    found = served.client.get("/api/v1/failures").json()
    assert [failure["photo"].rpartition("/")[2] for failure in found] == ["a.png", "b.png", "c.png"]
    retry = "/api/v1/failures/retry"

    one = served.client.post(retry, json={"photos": [found[0]["photo"]]})
    assert (one.status_code, one.json(), due(served)) == (202, {"due": 1}, {"a.png"})
    reason = served.client.post(retry, json={"reason": found[0]["reason"]})
    assert (reason.json(), due(served)) == ({"due": 2}, {"a.png", "b.png"})
    rest = served.client.post(retry, json={})
    assert (rest.json(), due(served)) == ({"due": 3}, {"a.png", "b.png", "c.png"})


@pytest.mark.parametrize(
    ("photos", "status"), [(["/nowhere/a.png"], 202), (["\ud800"], 400), (["a\0"], 400), ([3], 400)]
)
def test_files_that_did_not_fail_are_not_tried_again(served, photos, status):
    failed(served, "a.png")

    body, kind = json.dumps({"photos": photos}), {"Content-Type": "application/json"}
    answer = served.client.post("/api/v1/failures/retry", content=body, headers=kind)

    assert answer.status_code == status
    assert due(served) == set()


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


def test_a_photo_that_is_there_but_cannot_be_opened_is_no_longer_drawn(served):
    name = served.photo("a.png", "helios")
    served.site.renderer._limits = Limits(pixels=1)

    answer = served.client.get(f"/api/v1/photos/{name}/image")

    assert answer.status_code == 422
    assert "max_megapixels" in answer.json()["detail"]
