"""Whether a path lies in a folder, however both are spelled."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from indexer.system.places import is_inside, mounts


@pytest.fixture
def photos(tmp_path):
    (tmp_path / "photos" / "deep").mkdir(parents=True)
    (tmp_path / "other").mkdir()
    return tmp_path / "photos"


@pytest.mark.parametrize("name", ["", "a.jpg", "deep/a.jpg", "new/er/a.jpg", "../photos/a.jpg"])
def test_what_is_below_a_folder_is_inside_it_whether_it_exists_or_not(photos, name):
    assert is_inside(photos / name, photos)


@pytest.mark.parametrize("name", ["other", "other/a.jpg", "photos2/a.jpg", "photos/../a.jpg", ""])
def test_what_is_beside_a_folder_is_not_inside_it(photos, name):
    assert not is_inside(photos.parent / name, photos)


def test_a_relative_path_is_taken_from_the_current_folder(photos, monkeypatch):
    monkeypatch.chdir(photos)

    assert is_inside(Path("a.jpg"), photos)
    assert not is_inside(Path("../a.jpg"), photos)


def test_links_are_followed_on_both_sides(photos):
    link = photos.parent / "link"
    link.symlink_to(photos)
    dangling = photos.parent / "dangling.jpg"
    dangling.symlink_to(photos / "not-there.jpg")

    assert is_inside(link / "a.jpg", photos)
    assert is_inside(photos / "a.jpg", link)
    assert is_inside(dangling, photos)


def test_a_folder_is_known_by_its_inode_where_the_disk_ignores_case(photos, monkeypatch):
    stat = os.stat
    shouted = str(photos).replace("photos", "PHOTOS")

    def any_case(path, **options):
        return stat(str(path).replace("PHOTOS", "photos"), **options)

    monkeypatch.setattr(os, "stat", any_case)
    monkeypatch.setattr(Path, "stat", any_case)

    assert is_inside(Path(shouted) / "a.jpg", photos)


def test_a_part_of_a_disk_that_is_mounted_in_two_places_is_one_folder(tmp_path):
    table = tmp_path / "mountinfo"
    table.write_text(
        "21 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
        "22 21 8:2 / /mnt/disk rw - ext4 /dev/sdb1 rw\n"
        "23 21 8:2 /photos/deep /mnt/a\\040view rw - ext4 /dev/sdb1 rw\n"
        "24 21 8:2 /music /mnt/music rw - ext4 /dev/sdb1 rw\n",
        encoding="utf-8",
    )

    assert is_inside(Path("/mnt/a view/a.jpg"), Path("/mnt/disk/photos"), table)
    assert not is_inside(Path("/mnt/music/a.jpg"), Path("/mnt/disk/photos"), table)
    assert not is_inside(Path("/photos/deep/a.jpg"), Path("/mnt/disk/photos"), table)


def test_without_a_table_of_mounts_names_and_inodes_decide(photos, tmp_path):
    assert mounts(tmp_path / "absent") == []
    assert is_inside(photos / "a.jpg", photos, tmp_path / "absent")
    assert not is_inside(tmp_path / "a.jpg", photos, tmp_path / "absent")
