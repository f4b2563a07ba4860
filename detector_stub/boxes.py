"""A word's box, and the detector protocol."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


class DetectorError(Exception):
    """A photo on which no words can be looked for; names the file and what to do next."""

    exit_code = 6


@dataclass(frozen=True)
class Box:
    """A word's bounds in half-open pixels of the upright photo: left ≤ x < right, top ≤ y < bottom.

    `corners` are those of the word itself where its line is slanted: (x, y) clockwise from the
    upper left one along the line.
    """

    left: int
    top: int
    right: int
    bottom: int
    corners: tuple[tuple[float, float], ...] = ()

    @classmethod
    def around(cls, quad: NDArray[np.float32]) -> Box:
        """The box of a word with these corners [4, 2]."""
        left, top = np.floor(quad.min(axis=0)).clip(0).astype(int).tolist()
        right, bottom = np.ceil(quad.max(axis=0)).astype(int).tolist()
        corners = tuple((float(x), float(y)) for x, y in quad)
        return cls(left, top, max(right, left + 1), max(bottom, top + 1), corners)

    @property
    def width(self) -> int:
        """Columns."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Rows."""
        return self.bottom - self.top

    def cut(self, photo: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The word on `photo` [rows, columns] or [rows, columns, 3], turned level if slanted."""
        if self.corners:
            from detector_stub.word_cut import level  # most that handle boxes cut nothing out

            return level(photo, self.corners)
        return photo[max(0, self.top) : self.bottom, max(0, self.left) : self.right]


class Detector(Protocol):
    """Finds words."""

    @property
    def fingerprint(self) -> str:
        """Changes whenever the same photo could give other boxes."""

    def detect(self, photo: NDArray[np.uint8], path: Path) -> list[list[Box]]:
        """Lines of word boxes in reading order.

        Args:
            photo: the upright photo, RGB [rows, columns, 3].
            path: where it came from, for detectors that keep boxes beside the photo.

        """

    def has_known_boxes(self, path: Path) -> bool:
        """Whether the boxes of this photo are known beforehand, and so which way up it is."""
