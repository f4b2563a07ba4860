"""A contact sheet of misread words: what stood there, what it says, what was read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont

from recognizer.errors import DataError
from recognizer.inference.images import STRETCH

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from recognizer.evaluation.report import Word

COLUMNS = 5
CELL_WIDTH, CELL_HEIGHT = 260, 132
"""Pixels of one word with its labels."""

PICTURE_WIDTH, PICTURE_HEIGHT = 240, 68
"""Pixels that the picture of a word fits into."""

MARGIN, INDENT = 10, 52
HEAD = 44
"""Pixels above the words, for the title."""

TITLE_SIZE, LABEL_SIZE = 18, 15

PAPER, INK, FAINT, WRONG = "white", "black", "#666666", "#b00020"


@dataclass(frozen=True)
class Misread:
    """One word of the sheet: its fitted crop (HEIGHT × width) and what was read."""

    crop: NDArray[np.uint8]
    word: Word


def write(path: Path, misread: Sequence[Misread], title: str) -> None:
    """Write the sheet of `misread`, in the order given, to an image file.

    Raises:
        DataError: the file cannot be written, or its ending names no image format.

    """
    try:
        draw(misread, title).save(path)
    except (OSError, ValueError) as error:
        msg = f"{path}: cannot write ({error}); expected a picture's name, for example worst.png"
        raise DataError(msg) from error


def draw(misread: Sequence[Misread], title: str) -> Image.Image:
    """The sheet of `misread`, row by row, below a title; without words only the title."""
    rows = -(-len(misread) // COLUMNS)
    size = (MARGIN * 2 + COLUMNS * CELL_WIDTH, HEAD + rows * CELL_HEIGHT + MARGIN)
    sheet = Image.new("RGB", size, PAPER)
    pen = ImageDraw.Draw(sheet)
    pen.text((MARGIN * 2, MARGIN), title, fill=INK, font=ImageFont.load_default(TITLE_SIZE))
    for place, each in enumerate(misread):
        row, column = divmod(place, COLUMNS)
        left, top = MARGIN + column * CELL_WIDTH, HEAD + row * CELL_HEIGHT
        sheet.paste(_cell(each), (left, top))
    return sheet


def _cell(misread: Misread) -> Image.Image:
    cell = Image.new("RGB", (CELL_WIDTH, CELL_HEIGHT), PAPER)
    pen = ImageDraw.Draw(cell)
    picture = _picture(misread.crop)
    cell.paste(picture, (MARGIN, MARGIN + PICTURE_HEIGHT - picture.height))
    font = ImageFont.load_default(LABEL_SIZE)
    top = MARGIN + PICTURE_HEIGHT + 3
    word = misread.word
    for name, value, color, aside in (
        ("says", word.truth, INK, ""),
        ("read", word.text or "(nothing)", WRONG, f"{word.confidence:.2f}"),
    ):
        pen.text((MARGIN, top), name, fill=FAINT, font=font)
        room = CELL_WIDTH - INDENT - 2 * MARGIN - pen.textlength(aside, font)
        shown = _shortened(value, pen, font, room)
        pen.text((INDENT, top), shown, fill=color, font=font)
        after = INDENT + MARGIN + pen.textlength(shown, font)
        pen.text((after, top), aside, fill=FAINT, font=font)
        top += LABEL_SIZE + 4
    return cell


def _picture(crop: NDArray[np.uint8]) -> Image.Image:
    """The crop in its natural shape, as large as fits."""
    image = Image.fromarray(crop)
    width, height = image.width / STRETCH, image.height
    scale = min(PICTURE_WIDTH / width, PICTURE_HEIGHT / height)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return image.resize(size, Image.Resampling.BICUBIC)


def _shortened(
    value: str,
    pen: ImageDraw.ImageDraw,
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
    room: float,
) -> str:
    """As much of `value` as `room` pixels hold, with an ellipsis if that is not all."""
    if pen.textlength(value, font) <= room:
        return value
    while value and pen.textlength(value + "…", font) > room:
        value = value[:-1]
    return value + "…"
