"""Labels beside a picture, where they hide no ink: in a column, or as a page in type."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from collections.abc import Sequence

    from indexer.entities import Box

FONT = Path(__file__).with_name("label_font") / "DejaVuSans-subset.ttf"
"""Latin, Greek and Cyrillic letters of DejaVu Sans; the font that comes with Pillow lacks accents."""

_MIN_SIZE, _USUAL_MIN, _MAX_SIZE = 9, 15, 30
"""Pixels of the height of letters: not legible below the first, pleasant from the second on, louder than
the photo above the third."""

_FILLED = 0.8
"""Share of the height of a frame that letters of a page in type have at most."""

_LEADING = 1.3
"""Distance of rows in heights of letters."""

_GAP = "   "
"""Between labels of one row."""

_INK = (150, 10, 40)


@dataclass(frozen=True)
class Label:
    """A text and the frame of its word, in pixels of the picture."""

    frame: Box
    text: str

    @property
    def middle(self) -> float:
        """Of its height."""
        return (self.frame.top + self.frame.bottom) / 2


def beside(picture: Image.Image, labels: Sequence[Label]) -> Image.Image:
    """`picture` with a column of labels on its right; as it is if there are none.

    Labels of one height are in one row, from left to right. Where rows are closer than their letters are
    high, they are moved down, and letters become smaller where the column is too short for all.
    """
    if not labels:
        return picture
    rows = _rows(labels)
    size = _size(rows, picture.size)
    font = _font(size)
    texts = [_GAP.join(label.text for label in row) for row in rows]
    margin = size
    width = round(max(font.getlength(text) for text in texts)) + 2 * margin
    wider = _widened(picture, width)
    brush = ImageDraw.Draw(wider)
    middles = [statistics.mean(label.middle for label in row) for row in rows]
    for text, place in zip(texts, _spread(middles, size * _LEADING, picture.height), strict=True):
        brush.text((picture.width + margin, place), text, fill=_INK, font=font, anchor="lm")
    return wider


def typed(picture: Image.Image, labels: Sequence[Label]) -> Image.Image:
    """`picture` with a page of the same size on its right, on which each text fills its frame."""
    wider = _widened(picture, picture.width)
    brush = ImageDraw.Draw(wider)
    for label in labels:
        left, top, right, bottom = label.frame.as_list()
        usual = _font(_MAX_SIZE)
        narrow = _MAX_SIZE * (right - left) / max(usual.getlength(label.text), 1)
        font = _font(round(max(_MIN_SIZE, min(narrow, _FILLED * (bottom - top)))))
        place = (picture.width + left, (top + bottom) / 2)
        brush.text(place, label.text, fill=_INK, font=font, anchor="lm")
    return wider


def _widened(picture: Image.Image, more: int) -> Image.Image:
    wider = Image.new("RGB", (picture.width + more, picture.height), "white")
    wider.paste(picture)
    return wider


def _rows(labels: Sequence[Label]) -> list[list[Label]]:
    """Labels by height: those whose middles lie within the first one's frame are a row."""
    rows: list[list[Label]] = []
    for label in sorted(labels, key=lambda label: label.middle):
        first = rows[-1][0] if rows else label
        reach = min(_height(first), _height(label)) / 2
        if rows and label.middle - first.middle < reach:
            rows[-1].append(label)
        else:
            rows.append([label])
    return [sorted(row, key=lambda label: label.frame.left) for row in rows]


def _height(label: Label) -> int:
    return label.frame.bottom - label.frame.top


def _size(rows: Sequence[Sequence[Label]], size: tuple[int, int]) -> int:
    """Height of letters: that of the words, but all rows fit, and none is wider than the picture."""
    width, height = size
    usual = max(statistics.median(_height(label) for row in rows for label in row) / 2, _USUAL_MIN)
    fitting = height / (len(rows) * _LEADING)
    widest = max(_font(_MAX_SIZE).getlength(_GAP.join(label.text for label in row)) for row in rows)
    narrow = _MAX_SIZE * width / max(widest, 1)
    return round(max(_MIN_SIZE, min(usual, fitting, narrow, _MAX_SIZE)))


def _spread(places: Sequence[float], distance: float, height: int) -> list[float]:
    """Rising `places` moved as little down, then up from the bottom, as keeps them `distance` apart."""
    down: list[float] = []
    for place in places:
        down.append(max(place, down[-1] + distance if down else distance / 2))
    limit = height - distance / 2
    for index in reversed(range(len(down))):
        down[index] = min(down[index], limit)
        limit = down[index] - distance
    return down


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONT, size)
