"""The pages: what a person sees in each state."""

from __future__ import annotations

import gzip
import io
import json
import re
from html.parser import HTMLParser
from importlib import resources

import pytest
from PIL import Image

from indexer.search.guesses import MIN_CERTAIN
from indexer.web.endpoints import ENDPOINTS, ROOT
from indexer.web.pages import MAX_FAILURES, STATIC

from ..conftest import draw_photo, spelled

FOLDER = resources.files("indexer.web")


class Seen(HTMLParser):
    """Text, links and attributes of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text, self.tags = "", []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


def page(served, path):
    answer = served.client.get(path)
    assert answer.headers["content-type"].startswith("text/html")
    return Seen(answer.text)


def test_a_hit_shows_frames_ink_text_and_probability(served):
    name = served.photo("a.png", "helios", "luna")

    seen = page(served, "/?q=helios")

    assert [c["class"] for c in seen.all("li")] == ["card"]
    frame = next(r for r in seen.all("rect"))
    assert (frame["x"], frame["y"], frame["width"], frame["height"]) == ("0", "16", "96", "16")
    images = [i["src"] for i in seen.all("img")]
    assert images[0] == f"/api/v1/photos/{name}/image?size=480"
    assert images[1].startswith(f"/api/v1/photos/{name}/ink?box=0,14,98,34")
    assert "1 photo" in seen.text
    assert re.search(r"\d+%", seen.text)
    assert "a.png" in seen.text


def test_a_word_that_hardly_answers_has_no_frame_beside_one_that_does(served):
    posteriorgrams = served.world.engine.recognizer.posteriorgrams
    posteriorgrams |= {"helios": spelled("helios"), "selene": spelled("selene")}
    served.photo("a.png", "helios", "selene")
    [hit] = served.client.get("/api/v1/search?q=helios").json()["hits"]

    seen = page(served, "/?q=helios")

    likely = [word for word in hit["words"] if word["score"] >= MIN_CERTAIN]
    assert len(seen.all("rect")) == len(likely) == 1


def test_nothing_found_says_so_suggests_and_names_the_filters_that_hide(served):
    served.photo("a.png", "helios")

    seen = page(served, "/?q=helios&since=2001-01-01")

    assert "No photo found for “helios”." in seen.text
    assert "1 without the filter “From”" in seen.text
    assert "/?q=helios" in [link["href"] for link in seen.all("a")]
    assert "Did you mean" in page(served, "/?q=helius&exact=true").text


def test_a_query_that_is_wrong_keeps_its_text_and_says_why(served):
    served.photo("a.png", "helios")

    answer = served.client.get('/?q="helios')

    assert answer.status_code == 400
    seen = Seen(answer.text)
    assert seen.all("input")[0]["value"] == '"helios'
    assert seen.all("input")[0]["aria-invalid"] == "true"
    assert "quote" in seen.text


def test_first_use_says_what_to_type(served):
    for file in served.site.settings.home.glob("catalog.db*"):
        file.unlink()

    assert "ocrsearch index FOLDER" in page(served, "/?q=a").text
    assert "ocrsearch index FOLDER" in page(served, "/status").text


def test_more_photos_are_behind_a_link(served):
    for number in range(3):
        served.photo(f"{number}.png", "helios", salt=number)

    first = page(served, "/?q=helios&limit=2")
    link = next(a["href"] for a in first.all("a") if a.get("rel") == "next")
    second = page(served, link)

    assert (len(first.all("li")), len(second.all("li"))) == (2, 1)


@pytest.mark.thorough
@pytest.mark.parametrize("number", ["0", "-1", "x", "99999999999", "²"])
def test_an_odd_page_number_is_the_first_or_an_empty_page(served, number):
    served.photo("a.png", "helios")

    assert served.client.get(f"/?q=helios&page={number}").status_code == 200


def test_a_photo_has_its_text_to_select_and_the_words_that_answer(served):
    name = served.photo("a.png", "helios", "luna")

    seen = page(served, f"/photo/{name}?q=luna&n=0")

    words = [s for s in seen.all("span") if "data-corners" in s]
    assert ["hit" in w["class"].split() for w in words] == [False, True]
    assert words[1]["data-corners"] == "0,32 64,32 64,48 0,48"
    assert str(served.world.photos / "a.png") in seen.text


def test_a_photo_leads_to_the_hits_around_it(served):
    names = [served.photo(f"{n}.png", "helios", salt=n) for n in range(3)]

    links = {
        a["id"]: a["href"]
        for a in page(served, f"/photo/{names[1]}?q=helios&n=1").all("a")
        if "id" in a
    }

    assert links["former"].startswith(f"/photo/{names[0]}")
    assert links["next"].startswith(f"/photo/{names[2]}")
    assert links["back"] == "/?q=helios"


@pytest.mark.thorough
@pytest.mark.parametrize("query", ['"open', "", "x" * 2000, "a " * 30])
def test_a_photo_is_shown_whatever_was_asked_before(served, query):
    name = served.photo("a.png", "helios")

    assert served.client.get(f"/photo/{name}", params={"q": query, "n": "x"}).status_code == 200


def test_texts_and_names_cannot_become_markup_or_turn_the_line(served):
    served.world.engine.recognizer.alternatives["helios"] = (("helios", 0.9),)
    served.photo("<img src=x onerror=alert(1)>.png", "helios")
    served.photo("a\u202eb.png", "luna")

    found = served.client.get("/?q=helios").text
    other = served.client.get("/?q=luna").text

    assert "<img src=x" not in found
    assert "&lt;img src=x onerror=alert(1)&gt;.png" in found
    assert "\u202e" not in other
    assert "<script>" not in served.client.get("/?q=<script>alert(1)</script>").text


def test_failures_are_grouped_by_reason(served):
    served.world.photos.joinpath("a.png").write_bytes(b"no photo")
    served.world.photos.joinpath("b.png").write_bytes(b"nor this")
    served.photo("c.png", "helios")

    seen = page(served, "/status")

    assert re.search(r"2: not an image", seen.text)
    assert "b.png" in seen.text


def test_the_devices_page_shows_a_code_that_pairs(served):
    seen = page(served, "/devices")

    code = re.search(r"[A-Z2-9]{4}-[A-Z2-9]{4}", seen.text).group()
    assert served.site.devices.pair(code, "phone")
    assert len(seen.all("rect")) > 200
    assert "test" in seen.text


def test_static_files_are_those_of_the_list(served):
    for name, kind in STATIC.items():
        answer = served.client.get(f"/static/{name}")
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith(kind)
    for name in ("..%2fapp.py", "secret", "..%2f..%2fconfig.py"):
        assert served.client.get(f"/static/{name}").status_code == 404


def test_the_list_has_every_static_file_and_together_they_are_light():
    files = {file.name: file for file in (FOLDER / "static").iterdir()}

    assert set(files) == set(STATIC)
    assert sum(len(f.read_bytes()) for n, f in files.items() if n.endswith(".js")) < 40_000
    assert len(files["style.css"].read_bytes()) < 20_000


def test_no_template_has_script_or_style_of_its_own():
    for file in (FOLDER / "templates").iterdir():
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"\sstyle=|\son\w+=|javascript:|\|safe", text), file.name
        assert "<script>" not in text
        assert not re.search(r"(src|href)=\"(https?:)?//", text), file.name


def test_without_a_query_all_photos_are_shown_newest_first_and_filters_hold(served):
    served.photo("a.png", "helios")
    served.photo("below/b.png", "luna")

    everything = page(served, "/")
    below = page(served, f"/?folder={served.world.photos / 'below'}")

    assert "All photos, newest first" in everything.text
    assert [c["class"] for c in everything.all("li")] == ["card", "card"]
    assert [c["class"] for c in below.all("li")] == ["card"]
    assert "b.png" in below.text


def test_more_of_all_photos_are_behind_a_link(served):
    for number in range(3):
        served.photo(f"{number}.png", "helios", salt=number)

    first = page(served, "/?limit=2")
    link = next(a["href"] for a in first.all("a") if a.get("rel") == "next")

    assert (len(first.all("li")), len(page(served, link).all("li"))) == (2, 1)


def test_folders_are_offered_as_a_tree_with_counts(served):
    served.photo("a.png", "helios")
    served.photo("march/b.png", "luna")

    seen = page(served, f"/?folder={served.world.photos / 'march'}")

    [root, march] = [o for o in seen.all("option") if o.get("value", "").startswith("/")]
    assert root["value"] == str(served.world.photos)
    assert "selected" in march
    assert f"{served.world.photos} (2)" in seen.text
    assert "\u00a0march (1)" in seen.text


def test_failed_photos_can_be_tried_again_one_by_one_by_reason_and_all(served):
    for name in ("a.png", "b.png"):
        served.world.photos.joinpath(name).write_bytes(b"no photo" + name.encode())
    served.world.photos.joinpath("c.png").touch()
    served.world.sync()

    seen = page(served, "/status")

    bodies = [
        json.loads(b["data-body"])
        for b in seen.all("button")
        if b.get("data-to", "").endswith("/retry")
    ]
    assert [sorted(body) for body in bodies] == [
        ["reason"], ["photos"], ["photos"], ["reason"], [],
    ]  # fmt: skip
    for body in bodies:
        assert served.client.post("/api/v1/failures/retry", json=body).json()["due"] > 0


def test_of_very_many_failures_the_page_names_some(served):
    for number in range(MAX_FAILURES + 5):
        served.world.photos.joinpath(f"{number:03}.png").write_bytes(b"no photo %d" % number)
    served.world.sync()

    seen = page(served, "/status")

    assert len(seen.all("li")) == MAX_FAILURES
    assert "and 5 more" in seen.text


def test_the_interface_can_be_read_by_people(served):
    seen = page(served, "/api")

    for row in ENDPOINTS:
        assert f"{row.method} {ROOT}{row.path}" in seen.text


@pytest.mark.thorough
@pytest.mark.parametrize("orientation", range(1, 9))
def test_frames_lie_on_the_words_of_the_picture_that_is_shown(served, orientation):
    path = draw_photo(served.world.photos / "a.png", "helios", "luna")
    exif = Image.Exif()
    exif[0x0112] = orientation
    with Image.open(path) as upright:
        lying = upright
        if orientation > 1:  # what the orientation undoes
            undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}[orientation]
            lying = upright.transpose(Image.Transpose(undo))
        lying.save(path, exif=exif)
    served.world.sync()
    [hit] = served.client.get("/api/v1/search?q=luna").json()["hits"]

    seen = page(served, "/?q=luna")

    [frame] = seen.all("rect")
    left, top, right, bottom = hit["words"][0]["box"]
    assert [int(frame[n]) for n in ("x", "y", "width", "height")] == [
        left, top, right - left, bottom - top,
    ]  # fmt: skip
    drawn = served.client.get(f"/api/v1/photos/{hit['id']}/image?size=480").content
    picture = Image.open(io.BytesIO(drawn)).convert("RGB")
    assert picture.size == tuple(hit["size"]) == (256, 48)
    inside = picture.getpixel(((left + right) // 2, (top + bottom) // 2))
    outside = picture.getpixel((right + 8, (top + bottom) // 2))
    assert inside[1] > 200
    assert outside[1] < 60


def test_scripts_and_style_sheet_are_light():
    files = {
        name: (FOLDER / "static" / name).read_bytes() for name in STATIC if name[-4:] != ".svg"
    }
    scripts = [content for name, content in files.items() if name.endswith(".js")]

    assert sum(map(len, scripts)) <= 40_000
    assert len(files["style.css"]) <= 20_000
    assert sum(len(gzip.compress(content)) for content in files.values()) <= 18_000
