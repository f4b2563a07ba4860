from __future__ import annotations

from indexer.filesystem.photo_names import is_photo_name

SUFFIXES = (".jpg", ".png")


def test_hidden_files_and_those_with_another_ending_are_not_photos():
    names = ["notes.txt", ".board.jpg", "board.jpg.part", "board", "jpg"]

    assert [name for name in names if is_photo_name(name, SUFFIXES)] == []
    assert is_photo_name("Board 1.JPG", SUFFIXES)
