"""Photos that cannot be seen for now are not deleted photos."""

from __future__ import annotations

import os
import shutil

import pytest

from indexer.entities import Volume
from indexer.sync.hooks import Hooks
from indexer.sync.offline_folders import MIN_PHOTOS, OfflineDetector, offline_folders

from ..conftest import draw_photo


@pytest.mark.thorough
def test_an_emptied_folder_is_offline_and_loses_nothing(world):
    photo = draw_photo(world.photos / "board.png", "helios")
    world.sync()
    photo.unlink()

    summary = world.sync()

    assert summary.offline == [world.photos]
    assert world.counts() == {"offline": 1, "words": 1}
    assert world.find("helios") == ["board.png"]


def test_a_missing_folder_is_offline_until_it_returns(world):
    draw_photo(world.photos / "board.png", "helios")
    world.sync()
    aside = world.photos.parent / "aside"
    world.photos.rename(aside)
    assert world.sync().offline == [world.photos]

    aside.rename(world.photos)
    summary = world.sync()

    assert (summary.offline, summary.read) == ([], 0)
    assert world.counts() == {"read": 1, "words": 1}


def test_losing_most_of_many_photos_at_once_is_taken_for_offline(world):
    for number in range(12):
        draw_photo(world.photos / f"{number}.png", "helios", salt=number)
    world.sync()
    for number in range(10):
        (world.photos / f"{number}.png").unlink()

    assert world.sync().offline == [world.photos]
    world.sync(forget=True)

    assert world.counts() == {"read": 2, "words": 2}


def test_an_unreadable_subfolder_is_reported_and_keeps_its_photos(world, monkeypatch):
    draw_photo(world.photos / "in" / "board.png", "helios")
    draw_photo(world.photos / "other.png", "selene")
    world.sync()
    scandir = os.scandir

    def forbidden(path):
        if os.fspath(path).endswith("/in"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", forbidden)
    summary = world.sync()

    assert "Permission denied" in summary.problems[world.photos / "in"]
    assert world.find("helios") == ["board.png"]


def test_a_backlog_in_an_unmounted_folder_stays_pending(world):
    for number in range(20):
        draw_photo(world.photos / f"{number}.png", "helios", salt=number)
    world.sync(limit=5)
    aside = world.photos.parent / "aside"
    world.photos.rename(aside)

    world.sync()

    assert world.counts()["offline"] == 20
    assert world.library.catalog.failures() == []
    aside.rename(world.photos)
    assert world.sync().read == 15


def test_files_of_a_folder_that_is_gone_wait_for_a_look_at_everything(world):
    """The folder may have been moved, or unmounted: single events do not say which."""
    photo = draw_photo(world.photos / "in" / "board.png", "helios")
    draw_photo(world.photos / "other.png", "selene")
    world.sync()
    shutil.rmtree(photo.parent)

    seen = world.library.sync_paths([world.photos], [photo], Hooks())

    assert (seen.removed, seen.incomplete, world.find("helios")) == (0, True, ["board.png"])
    assert (world.sync().removed, world.find("helios")) == (1, [])


def offline(root, known, found, share=0.5):
    """Whether a folder that had photos of these numbers and has those now is offline."""
    had, has = ([root / f"{n}.jpg" for n in numbers] for numbers in (known, found))
    return offline_folders([root], has, had, {}, share) == [root]


@pytest.mark.parametrize(
    ("new", "expected"),
    [(0, True), (MIN_PHOTOS - 1, True), (MIN_PHOTOS, False), (30, False)],
)
def test_a_folder_with_as_many_new_photos_as_it_lost_was_exported_anew(tmp_path, new, expected):
    lost, kept = MIN_PHOTOS, 2

    found = [*range(lost, lost + kept), *range(100, 100 + new)]

    assert offline(tmp_path, range(lost + kept), found) is expected


def test_from_ten_photos_on_a_folder_that_lost_more_than_its_share_is_offline(tmp_path):
    assert MIN_PHOTOS == 10
    assert offline(tmp_path, range(10), range(4))
    assert not offline(tmp_path, range(10), range(5))
    assert not offline(tmp_path, range(9), range(1))


def test_a_folder_that_lost_all_its_photos_is_offline_however_few_they_were(tmp_path):
    assert offline(tmp_path, range(1), [])
    assert not offline(tmp_path, [], [])


def test_a_folder_that_is_missing_is_offline(tmp_path):
    assert offline(tmp_path / "none", [], [])


@pytest.mark.parametrize("away", [True, False])
def test_what_was_mounted_below_a_root_is_remembered_while_that_root_is_offline(world, away):
    stick = world.photos / "stick"
    catalog = world.library.catalog
    catalog.set_volumes({stick: Volume(stick, "7")})
    detector = OfflineDetector(catalog, missing_share=0.5)

    detector.remember_volumes([world.photos], [], offline=[world.photos] if away else [])

    assert (stick in catalog.volumes()) is away


@pytest.fixture
def second(world):
    """A second photo folder, with a photo."""
    folder = world.photos.parent / "second"
    draw_photo(folder / "note.png", "selene")
    return folder


def sync_all(world, *roots, forget=False):
    return world.library.sync([*roots], Hooks(), forget=forget)


@pytest.mark.parametrize("photos", [1, 12])
@pytest.mark.parametrize("failed", [False, True])
def test_a_folder_that_is_gone_is_forgotten_with_its_photos(world, second, photos, failed):
    draw_photo(world.photos / "board.png", "helios")
    for number in range(photos):
        draw_photo(second / "below" / f"{number}.png", "selene", salt=number)
    if failed:
        (second / "broken.png").write_bytes(b"no picture")
    sync_all(world, world.photos, second)
    shutil.rmtree(second)

    summary = sync_all(world, world.photos, second, forget=True)

    assert (summary.offline, dict(summary.problems)) == ([], {})
    assert set(world.library.catalog.roots()) == {world.photos}
    assert second not in world.library.catalog.volumes()
    assert sync_all(world, *world.library.catalog.roots()).offline == []


def test_a_folder_that_is_gone_is_remembered_unless_it_shall_be_forgotten(world, second):
    sync_all(world, second)
    shutil.rmtree(second)

    sync_all(world, second)

    assert world.library.catalog.roots() == {second: True}


def test_an_empty_folder_is_remembered(world, second):
    sync_all(world, second)
    (second / "note.png").unlink()

    sync_all(world, second, forget=True)

    assert world.library.catalog.roots() == {second: False}


def test_a_folder_that_never_existed_is_not_remembered(world):
    draw_photo(world.photos / "board.png", "helios")
    typo = world.photos.parent / "typo"

    summary = sync_all(world, world.photos, typo)

    assert summary.offline == [typo]
    assert world.library.catalog.roots() == {world.photos: False}


def test_a_part_of_a_known_folder_that_is_away_is_remembered(world):
    draw_photo(world.photos / "stick" / "board.png", "helios")
    sync_all(world, world.photos)
    shutil.rmtree(world.photos / "stick")

    sync_all(world, world.photos / "stick")

    assert world.library.catalog.roots()[world.photos / "stick"]
