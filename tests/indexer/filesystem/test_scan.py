from __future__ import annotations

import os

from indexer.entities import Stamp
from indexer.filesystem.scan import look, walk

SUFFIXES = (".jpg", ".png")


def touch(path, content=b"x"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_photos_are_found_at_any_depth_with_size_and_time(tmp_path):
    deep = touch(tmp_path / "a" / "b" / "board.JPG", b"12345")
    os.utime(deep, ns=(1, 7_000_000_000))

    found = walk([tmp_path], SUFFIXES)

    assert found.files == {deep: Stamp.of(deep.stat())}
    assert (found.files[deep].size, found.files[deep].mtime_ns) == (5, 7_000_000_000)
    assert found.failed == {}


def test_hidden_folders_are_not_entered(tmp_path):
    touch(tmp_path / ".thumbnails" / "board.jpg")

    assert walk([tmp_path], SUFFIXES).files == {}


def test_a_link_to_the_parent_does_not_loop(tmp_path):
    touch(tmp_path / "in" / "board.jpg")
    (tmp_path / "in" / "loop").symlink_to(tmp_path)

    assert list(walk([tmp_path], SUFFIXES).files) == [tmp_path / "in" / "board.jpg"]


def test_a_linked_file_is_not_followed_out_of_the_folder(tmp_path):
    secret = touch(tmp_path / "elsewhere" / "secret.jpg")
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "link.jpg").symlink_to(secret)

    assert walk([tmp_path / "photos"], SUFFIXES).files == {}


def test_a_fifo_named_like_a_photo_is_left_alone(tmp_path):
    os.mkfifo(tmp_path / "pipe.jpg")

    assert walk([tmp_path], SUFFIXES).files == {}


def test_a_missing_folder_is_reported_not_raised(tmp_path):
    found = walk([tmp_path / "none"], SUFFIXES)

    assert "No such file" in found.failed[tmp_path / "none"]


def test_a_name_that_is_not_utf8_is_found(tmp_path):
    name = os.fsencode(tmp_path) + b"/caf\xe9.jpg"
    with open(name, "wb") as file:
        file.write(b"x")

    [path] = walk([tmp_path], SUFFIXES).files

    assert os.fsencode(path) == name


def test_looking_at_a_vanished_file_finds_nothing(tmp_path):
    found = look([tmp_path / "gone.jpg"], [tmp_path], SUFFIXES)

    assert (found.files, found.failed) == ({}, {})
