"""A word's box, and the detector protocol."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import cv2
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
        """The word on `photo` [rows, columns, 3], turned level if its line is slanted."""
        if not self.corners:
            return photo[max(0, self.top) : self.bottom, max(0, self.left) : self.right]
        part, corners = self._part(photo)
        upper_left, upper_right, _, lower_left = corners
        width = max(2, round(float(np.linalg.norm(upper_right - upper_left))))
        height = max(2, round(float(np.linalg.norm(lower_left - upper_left))))
        level = np.asarray([(0, 0), (width, 0), (0, height)], np.float32)
        turn = cv2.getAffineTransform(np.stack([upper_left, upper_right, lower_left]), level)
        cut = cv2.warpAffine(part, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(cut, np.uint8)

    def _part(self, photo: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        """The part of `photo` around the word, never empty, and the corners in its pixels.

        OpenCV 4 turns no picture of 32,767 pixels a side; panoramas are larger.
        """
        corners = np.asarray(self.corners, np.float32)
        size = np.asarray(photo.shape[1::-1])
        low = (np.floor(corners.min(axis=0)).astype(int) - 1).clip(0, size - 1)
        high = np.maximum(np.ceil(corners.max(axis=0)).astype(int) + 2, low + 1)
        part = photo[low[1] : high[1], low[0] : high[0]]
        return part, corners - low.astype(np.float32)


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
