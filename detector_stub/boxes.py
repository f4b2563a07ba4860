"""A word's box, and the detector protocol."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from PIL import Image

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
        """The word on `photo` [rows, columns] or [rows, columns, 3], turned level if its line is slanted."""
        if not self.corners:
            return photo[max(0, self.top) : self.bottom, max(0, self.left) : self.right]
        part, corners = self._part(photo)
        upper_left, upper_right, _, lower_left = corners
        right, down = upper_right - upper_left, lower_left - upper_left
        width = max(2, round(float(np.linalg.norm(right))))
        height = max(2, round(float(np.linalg.norm(down))))
        # a pixel of the word is at `upper_left` + column · right / width + row · down / height
        turn = np.stack([right / width, down / height, upper_left], axis=1).ravel().tolist()
        cut = Image.fromarray(part).transform(
            (width, height), Image.Transform.AFFINE, turn, Image.Resampling.BILINEAR
        )
        return np.asarray(cut, np.uint8)

    def _part(self, photo: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
        """The part of `photo` around the word, and the corners in its pixels.

        What lies beyond the photo repeats its edge.
        """
        corners = np.asarray(self.corners, np.float64)
        size = np.asarray(photo.shape[1::-1])
        low, high = np.floor(corners.min(axis=0)) - 1, np.ceil(corners.max(axis=0)) + 2
        # a word that lies outside as a whole shows the same from nearer by
        shift = (1 - high).clip(min=0) - (low - size + 1).clip(min=0)
        low, high = (low + shift).astype(int), (high + shift).astype(int)
        start, stop = low.clip(min=0), high.clip(max=size)
        part = photo[start[1] : stop[1], start[0] : stop[0]]
        before, after = start - low, high - stop
        if before.any() or after.any():
            sides = [(before[1], after[1]), (before[0], after[0]), (0, 0)][: part.ndim]
            part = np.pad(part, sides, mode="edge")
        return part, corners + shift - low


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
