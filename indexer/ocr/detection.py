"""Detection of words on a photo, with boxes clipped to it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from indexer.entities import Box

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from indexer.entities import Corners
    from indexer.ocr.protocols import BoxLike, Detector

    Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class WordPlace:
    """A detected word: its line, its box clipped to the photo, and the detector's own box."""

    line: int
    box: Box
    shape: BoxLike

    def cut(self, grey: Pixels) -> Image.Image:
        """The image of the word on a grey photo, see `grey_levels`."""
        return Image.fromarray(self.shape.cut(grey))

    def part(self, start: float, end: float) -> tuple[Box, Corners]:
        """Box and corners of a part of the word's image, from one share of its width to another.

        A word whose line is level has no corners.
        """
        # a detector need not know them
        corners: Corners = tuple(getattr(self.shape, "corners", ()))
        if (start, end) == (0.0, 1.0):
            return self.box, corners
        left, top, right, bottom = self.box.as_list()
        if not corners:
            width = right - left
            return Box(
                left + round(start * width), top, left + max(1, round(end * width)), bottom
            ), ()
        upper_left, upper_right, lower_right, lower_left = corners
        cut = (
            _between(upper_left, upper_right, start),
            _between(upper_left, upper_right, end),
            _between(lower_left, lower_right, end),
            _between(lower_left, lower_right, start),
        )
        across, down = zip(*cut, strict=True)
        # a part that lies beyond the edge of the photo has a pixel at least
        begin, above = (
            min(max(left, math.floor(min(across))), right - 1),
            min(max(top, math.floor(min(down))), bottom - 1),
        )
        return Box(
            begin,
            above,
            max(min(right, math.ceil(max(across))), begin + 1),
            max(min(bottom, math.ceil(max(down))), above + 1),
        ), cut


def _between(
    start: tuple[float, float], end: tuple[float, float], share: float
) -> tuple[float, float]:
    return start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])


def grey_levels(pixels: Pixels) -> Pixels:
    """A photo [rows, columns] in grey: words are read without colour, and cut out in a third of the time."""
    return np.asarray(Image.fromarray(pixels).convert("L"))


def detect_words(pixels: Pixels, path: Path, detector: Detector) -> list[WordPlace]:
    """The words of a photo, RGB [rows, columns, 3], in reading order; specks are left out."""
    height, width = pixels.shape[:2]
    places = []
    for number, line in enumerate(detector.detect(pixels, path)):
        for shape in line:
            box = _clipped(shape, width, height)
            if box.right - box.left > 1 and box.bottom - box.top > 1:
                places.append(WordPlace(number, box, shape))
    return places


def _clipped(shape: BoxLike, width: int, height: int) -> Box:
    return Box(
        max(0, shape.left), max(0, shape.top), min(width, shape.right), min(height, shape.bottom)
    )
