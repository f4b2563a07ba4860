"""Fixtures drawn here: nothing is downloaded, and no font or image lies in the repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(scope="session")
def font_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one font: the one that Pillow carries inside itself."""
    folder = tmp_path_factory.mktemp("fonts")
    font = ImageFont.load_default(20)
    if not isinstance(font, ImageFont.FreeTypeFont):
        pytest.skip("this Pillow is built without FreeType")
    (folder / "Pillow.ttf").write_bytes(font.font_bytes)
    return folder


@pytest.fixture
def fonts(font_folder: Path) -> list[Path]:
    return [font_folder / "Pillow.ttf"]


@pytest.fixture
def save_word() -> Callable[..., Path]:
    """Writes a small word image, dark strokes on light ground, and returns its path."""

    def save(path: Path, size: tuple[int, int] = (60, 24)) -> Path:
        image = Image.new("L", size, 230)
        ImageDraw.Draw(image).line((4, 4, size[0] - 4, size[1] - 4), fill=20, width=3)
        path.parent.mkdir(parents=True, exist_ok=True)
        image.save(path)
        return path

    return save
