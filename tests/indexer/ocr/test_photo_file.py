from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image

from indexer.errors import PhotoError
from indexer.ocr.image import open_upright
from indexer.ocr.photo_file import Limits


def test_a_folder_is_told_from_a_photo_and_not_left_open(tmp_path):
    before = len(list(Path("/proc/self/fd").iterdir()))

    with pytest.raises(PhotoError, match="a folder, not a photo"):
        open_upright(tmp_path, Limits())

    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_an_empty_file_says_so(tmp_path):
    (tmp_path / "a.jpg").touch()

    with pytest.raises(PhotoError, match="empty"):
        open_upright(tmp_path / "a.jpg", Limits())


def test_a_file_beyond_the_configured_size_names_the_key(tmp_path):
    Image.new("RGB", (80, 40)).save(tmp_path / "a.png")

    with pytest.raises(PhotoError, match="max_megabytes"):
        open_upright(tmp_path / "a.png", Limits(bytes=10))


def test_an_unreadable_file_gives_the_reason_of_the_system(tmp_path, monkeypatch):
    Image.new("RGB", (80, 40)).save(tmp_path / "a.png")

    def forbidden(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", forbidden)

    with pytest.raises(PhotoError, match="Permission denied"):
        open_upright(tmp_path / "a.png", Limits())
