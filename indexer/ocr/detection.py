"""Detection of words on a photo, with boxes clipped to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image

from indexer.entities import Box

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from indexer.ocr.protocols import BoxLike, Detector

    Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class WordPlace:
    """A detected word: its line, its box clipped to the photo, and the detector's own box."""

    line: int
    box: Box
    shape: BoxLike

    def cut(self, pixels: Pixels) -> Image.Image:
        """The image of the word."""
        return Image.fromarray(self.shape.cut(pixels))


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
