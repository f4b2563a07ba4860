"""Pictures of photos by REST: sizes, parts, and what is not shown."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from indexer.ocr.photo_file import Limits
from indexer.renditions.renderer import MAX_PROCESSES, MAX_WAITING


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


def test_a_photo_that_is_there_but_cannot_be_opened_is_no_longer_drawn(served):
    name = served.photo("a.png", "helios")
    served.site.renderer._limits = Limits(pixels=1)

    answer = served.client.get(f"/api/v1/photos/{name}/image")

    assert answer.status_code == 422
    assert "max_megapixels" in answer.json()["detail"]
