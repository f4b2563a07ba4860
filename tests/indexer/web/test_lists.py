"""Lists by REST: photos, folders, and photos that could not be read."""

from __future__ import annotations

import json
import os

import pytest
from PIL import Image

from ..conftest import draw_photo


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
