from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from PIL import EpsImagePlugin, Image

from indexer.ocr import image
from recognizer.errors import DataError
from recognizer.inference import images, picture_file
from recognizer.inference.limits import Limits

if TYPE_CHECKING:
    from pathlib import Path


def saved(folder: Path, kind: str) -> Path:
    path = folder / "word.png"
    Image.new("RGB", (60, 40), "white").save(path, kind)
    return path


def test_word_images_are_of_the_same_formats_as_photos() -> None:
    assert picture_file.FORMATS == image._FORMATS


@pytest.mark.parametrize(
    "kind", ["PNG", "JPEG", "BMP", "GIF", "TIFF", "WEBP", "JPEG2000", "HEIF", "AVIF"]
)
def test_a_picture_is_known_by_its_content_whatever_its_name(tmp_path: Path, kind: str) -> None:
    with picture_file.opened(saved(tmp_path, kind), Limits()) as picture:
        assert picture.size == (60, 40)


@pytest.mark.parametrize("kind", ["EPS", "PDF", "PPM", "TGA", "ICO", "PCX", "SGI", "DDS"])
def test_a_picture_of_another_format_is_refused_by_name(tmp_path: Path, kind: str) -> None:
    path = saved(tmp_path, kind)

    with pytest.raises(DataError) as told:
        images.load(path)

    assert (
        str(told.value) == f"{path}: not a readable word image (no picture of a supported format)"
    )


def test_no_other_program_is_started_for_a_word_image(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def started(*_: object, **__: object) -> None:
        pytest.fail("Ghostscript was started")

    monkeypatch.setattr(EpsImagePlugin, "Ghostscript", started)
    monkeypatch.setattr(shutil, "which", lambda _: "/usr/bin/gs")

    with pytest.raises(DataError):
        images.load(saved(tmp_path, "EPS"))
