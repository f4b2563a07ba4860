"""A word's box, the detector protocol, and reading order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence
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


def lines_of(boxes: Sequence[Box]) -> list[list[Box]]:
    """Group boxes into text lines, each from left to right, lines in reading order.

    A box continues the line whose last word stands beside it at about the same height and not
    further away than two and a half line heights: a wider gap starts another column.
    """
    lines: list[list[Box]] = []
    for box in sorted(boxes, key=lambda b: b.left):
        best = max(
            (line for line in lines if _continues(line[-1], box)),
            key=lambda line: _shared(line[-1], box),
            default=None,
        )
        if best is None:
            lines.append([box])
        else:
            best.append(box)
    return reading_order(lines)


def _shared(a: Box, b: Box) -> float:
    """Rows that both cover, as a share of the lower one's height."""
    both = min(a.bottom, b.bottom) - max(a.top, b.top)
    return both / max(1, min(a.height, b.height))


def _continues(last: Box, box: Box) -> bool:
    gap = box.left - last.right
    height = min(last.height, box.height)
    return _shared(last, box) > 0.5 and -0.7 * height < gap < 2.5 * max(last.height, box.height)


def reading_order(lines: Sequence[list[Box]]) -> list[list[Box]]:
    """Lines top to bottom, column by column.

    Source: topological reading order after Breuel 2003, in its simplest form: a line comes
    before the lines below it whose columns it shares; columns go from left to right.
    """
    spans = np.asarray(
        [
            (line[0].left, min(b.top for b in line), line[-1].right, max(b.bottom for b in line))
            for line in lines
        ],
        np.float64,
    ).reshape(-1, 4)
    left, top, right, bottom = spans.T
    beside = _overlap(left, right)
    above = beside & (bottom[:, None] <= bottom) & (top[:, None] < top)
    waiting = np.ones(len(lines), bool)
    order = np.lexsort((left, top))
    ordered: list[list[Box]] = []
    while waiting.any():
        # nothing that waits stands above a free line in its own columns
        free = [i for i in order if waiting[i] and not above[waiting, i].any()]
        column = [min(free, key=left.__getitem__)]
        waiting[column] = False
        for i in order:
            below = waiting[i] and top[i] >= top[column[0]] and beside[i, column[-1]]
            # what runs on below another column waits until that one has been read
            if below and not above[waiting, i].any():
                column.append(i)
                waiting[i] = False
        ordered += [lines[i] for i in column]
    return ordered


def _overlap(left: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which lines share columns, three tenths of the shorter one's or more [N, N]."""
    both = np.minimum(right[:, None], right) - np.maximum(left[:, None], left)
    shorter = np.minimum((right - left)[:, None], right - left)
    return np.asarray(both > 0.3 * shorter)
