"""A page as a file of another program has it: words with boxes, and which photo they are on."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from indexer.entities import Box
from indexer.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from indexer.entities import Corners

Edges = tuple[float, float, float, float]
"""left, top, right, bottom, in units of the page."""

MAX_WORDS = 20_000
"""Words of a page."""

_MAX_PIXEL = 10**6


@dataclass(frozen=True)
class ForeignWord:
    """A word of a page; `edges` and `corners` are in units of the page."""

    text: str
    edges: Edges
    corners: Corners = ()


@dataclass(frozen=True)
class ForeignPage:
    """The words of a page.

    Attributes:
        words: in the order of the file.
        size: width and height of the page in its units; (0, 0) where the file does not say.
        photo: file name of its photo; "" where the file does not say.
        content: content hash of its photo, which only files of this program name.
        pixels: whether its units are pixels of the photo.

    """

    words: tuple[ForeignWord, ...]
    size: tuple[float, float] = (0.0, 0.0)
    photo: str = ""
    content: str = ""
    pixels: bool = True

    def __post_init__(self) -> None:
        """Raise UsageError if there are too many words."""
        if len(self.words) > MAX_WORDS:
            msg = f"it has {len(self.words)} words; a page may have at most {MAX_WORDS}"
            raise UsageError(msg)


def name_of(path: str) -> str:
    """The file name at the end of a path of any system."""
    return path.replace("\\", "/").rpartition("/")[2]


def number(text: str | None) -> float:
    """A coordinate. Raises UsageError if there is none, or it is out of all bounds."""
    try:
        value = float(text or "")
    except ValueError:
        value = math.nan
    if not abs(value) <= _MAX_PIXEL:
        msg = f"{text!r} is no coordinate"
        raise UsageError(msg)
    return value


def around(points: Sequence[tuple[float, float]]) -> Edges:
    """The edges of what holds all points. Raises UsageError if there are none."""
    if not points:
        msg = "a word has no outline"
        raise UsageError(msg)
    across, down = zip(*points, strict=True)
    return min(across), min(down), max(across), max(down)


def corners_of(points: Sequence[tuple[float, float]]) -> Corners:
    """The corners of a slanted word; none if the outline is level or is no quadrangle."""
    left, top, right, bottom = around(points)
    level = {(left, top), (right, top), (right, bottom), (left, bottom)}
    return () if len(points) != 4 or set(points) == level else tuple(points)


def box_of(edges: Edges, scale: tuple[float, float]) -> Box:
    """A box in pixels, of at least one.  `scale` is pixels a unit, across and down."""
    left, right = (round(x * scale[0]) for x in (edges[0], edges[2]))
    top, bottom = (round(y * scale[1]) for y in (edges[1], edges[3]))
    return Box(left, top, max(right, left + 1), max(bottom, top + 1))


def within(box: Box, size: tuple[int, int]) -> Box:
    """The box without a pixel that it goes beyond the edges of its photo: what rounding may add.

    `size` is (0, 0) where it is not known.
    """
    left, top, right, bottom = box.as_list()
    width, height = (side or right + bottom for side in size)
    return Box(
        0 if left == -1 else left,
        0 if top == -1 else top,
        width if right == width + 1 else right,
        height if bottom == height + 1 else bottom,
    )
