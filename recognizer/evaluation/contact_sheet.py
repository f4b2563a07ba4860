"""A contact sheet of misread words: each crop with its truth and its reading."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from recognizer.errors import DataError
from recognizer.files.printable import plainly
from recognizer.inference.images import STRETCH

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from recognizer.evaluation.evaluated_word import EvaluatedWord

COLUMNS = 5
"""Words in a row."""

CELL_WIDTH = 260
"""Width of a word with its labels, in pixels."""

CELL_HEIGHT = 132
"""Height of a word with its labels, in pixels."""

CROP_WIDTH = 240
"""Width that a crop is scaled to fit into, in pixels."""

CROP_HEIGHT = 68
"""Height that a crop is scaled to fit into, in pixels."""

MARGIN = 10
"""Pixels around crops and labels."""

INDENT = 52
"""Pixels left of a text, for its label."""

TITLE_HEIGHT = 44
"""Pixels above the words, for the title."""

TITLE_SIZE = 18
"""Font size of the title."""

LABEL_SIZE = 15
"""Font size of truth and reading."""

PAPER = "white"
"""Colour of the background."""

INK = "black"
"""Colour of texts."""

FAINT = "#666666"
"""Colour of labels."""

MARK = "Drawn by ocrsearch"
"""Comment in the pictures of this program; one with it may be replaced."""

WRONG = "#b00020"
"""Colour of readings."""


@dataclass(frozen=True)
class MisreadWord:
    """One word of the sheet: its fitted crop [HEIGHT, width] and its reading."""

    crop: NDArray[np.uint8]
    word: EvaluatedWord


def write(path: Path, misread: Sequence[MisreadWord], title: str) -> None:
    """Write the contact sheet of `misread`, in the order given, to an image file.

    Raises:
        DataError: the file cannot be written, or its suffix names no image format.

    """
    try:
        notes = PngInfo()
        notes.add_text("Comment", MARK)
        draw(misread, title).save(path, comment=MARK, pnginfo=notes)
    except OSError as error:
        msg = f"{path}: cannot write ({plainly(error)}); choose another place"
        raise DataError(msg) from error
    except (ValueError, KeyError) as error:
        msg = f"{path}: not the name of an image file; use one that ends in .jpg or .png"
        raise DataError(msg) from error


def draw(misread: Sequence[MisreadWord], title: str) -> Image.Image:
    """The contact sheet of `misread`, row by row below a title."""
    rows = -(-len(misread) // COLUMNS)
    size = (MARGIN * 2 + COLUMNS * CELL_WIDTH, TITLE_HEIGHT + rows * CELL_HEIGHT + MARGIN)
    sheet = Image.new("RGB", size, PAPER)
    pen = ImageDraw.Draw(sheet)
    pen.text((MARGIN * 2, MARGIN), title, fill=INK, font=ImageFont.load_default(TITLE_SIZE))
    for place, each in enumerate(misread):
        row, column = divmod(place, COLUMNS)
        left, top = MARGIN + column * CELL_WIDTH, TITLE_HEIGHT + row * CELL_HEIGHT
        sheet.paste(_cell(each), (left, top))
    return sheet


def _cell(misread: MisreadWord) -> Image.Image:
    cell = Image.new("RGB", (CELL_WIDTH, CELL_HEIGHT), PAPER)
    pen = ImageDraw.Draw(cell)
    crop = _scaled(misread.crop)
    cell.paste(crop, (MARGIN, MARGIN + CROP_HEIGHT - crop.height))
    font = ImageFont.load_default(LABEL_SIZE)
    top = MARGIN + CROP_HEIGHT + 3
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


def _scaled(crop: NDArray[np.uint8]) -> Image.Image:
    """The crop in its original proportions, as large as fits."""
    image = Image.fromarray(crop)
    width, height = image.width / STRETCH, image.height
    scale = min(CROP_WIDTH / width, CROP_HEIGHT / height)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return image.resize(size, Image.Resampling.BICUBIC)


def _shortened(
    value: str,
    pen: ImageDraw.ImageDraw,
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
    room: float,
) -> str:
    """`value`, cut to `room` pixels with an ellipsis if it is wider."""
    if pen.textlength(value, font) <= room:
        return value
    while value and pen.textlength(value + "…", font) > room:
        value = value[:-1]
    return value + "…"
