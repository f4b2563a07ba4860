"""The classical detector: strokes to letters to words, without training.

Letters are connected components of the ink; the size of the writing is estimated everywhere on
the photo, because boards mix headlines and small print; letters close to each other on that
scale form a word.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from detector_stub.boxes import Box
from detector_stub.detectors import ink
from detector_stub.reading_order import lines_of

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

_MIN_SIDE = 16
"""Pixels; no word is legible on a smaller picture."""


@dataclass(frozen=True)
class ClassicalConfig:
    """The constants of the detector; lengths in multiples of the local letter height.

    Attributes:
        longest_side: pixels to which larger photos are scaled down first.
        gap: widest gap inside a word.
        level: farthest apart the middles of neighbouring letters may lie, vertically.
        least: lowest height of a letter; lower ink is a dot.
        most: largest height of a letter; higher ink is a drawing.
        region: radius of the neighbourhood that sets the letter height, as a share of the photo.

    """

    longest_side: int = 2000
    gap: float = 0.42
    level: float = 0.75
    least: float = 0.35
    most: float = 2.8
    region: float = 0.06


class ClassicalDetector:
    """Finds words on whiteboards, blackboards and paper by their ink."""

    def __init__(self, config: ClassicalConfig | None = None) -> None:
        """`config` changes the constants."""
        self.config = config or ClassicalConfig()

    @property
    def fingerprint(self) -> str:
        """Names the method, its version and its constants."""
        return f"classical-3-{sorted(asdict(self.config).items())}"

    def detect(self, photo: NDArray[np.uint8], path: Path) -> list[list[Box]]:
        """Lines of word boxes in reading order; see `boxes.Detector`."""
        del path  # the built-in detectors need the pixels only
        if min(photo.shape[:2]) < _MIN_SIDE:
            return []
        scale = min(1.0, self.config.longest_side / max(photo.shape[:2]))
        if scale < 1:
            photo = np.asarray(
                cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
            )
        words = self.words(photo)
        return lines_of([_box(rect / scale) for rect in level_heights(words)])

    def has_known_boxes(self, path: Path) -> bool:
        """False: the boxes of every photo are detected."""
        del path
        return False

    def words(self, photo: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Tight word rectangles [N, 4] in pixels of `photo`."""
        strokes = ink.strokes(photo)
        rects = components(strokes)
        height = letter_height(rects, photo.shape[:2], self.config)
        size = (rects[:, 3] - rects[:, 1]) / height
        broad = (rects[:, 2] - rects[:, 0]) / height
        letters = (size > self.config.least) & (size < self.config.most) & (broad < 12)
        marks = (size <= self.config.least) & (broad < 1.2)
        groups = link(rects[letters], height[letters], self.config)
        return plausible(merge(rects[letters], groups, rects[marks], height[letters]))


def components(strokes: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Rectangles of connected ink, specks left out."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(strokes, connectivity=8)
    left, top, width, height, area = stats[1:].T
    keep = (area >= 6) & (np.maximum(width, height) >= 4)
    keep &= (width < 0.5 * strokes.shape[1]) & (height < 0.3 * strokes.shape[0])
    rects = np.stack([left, top, left + width, top + height], axis=1)
    return np.asarray(rects[keep], dtype=np.float32)


def letter_height(
    rects: NDArray[np.float32], shape: tuple[int, ...], config: ClassicalConfig
) -> NDArray[np.float32]:
    """Typical height of the letters around each component.

    A normalised convolution (Knutsson & Westin 1993) of log heights on a coarse raster; two
    rounds, the second without what the first shows to be dots or drawings.
    """
    if not len(rects):
        return np.ones(0, np.float32)
    cell = max(shape) / 100
    rows, columns = int(shape[0] / cell) + 1, int(shape[1] / cell) + 1
    x = ((rects[:, 0] + rects[:, 2]) / 2 / cell).astype(int)
    y = ((rects[:, 1] + rects[:, 3]) / 2 / cell).astype(int)
    tall = np.log(rects[:, 3] - rects[:, 1])
    weight = np.ones(len(rects), np.float32)
    local = np.full(len(rects), float(np.median(tall)))
    for _ in range(2):
        total = np.zeros((2, rows, columns), np.float32)
        np.add.at(total[0], (y, x), weight * tall)
        np.add.at(total[1], (y, x), weight)
        total = np.stack([cv2.GaussianBlur(t, (0, 0), 100 * config.region) for t in total])
        local = total[0][y, x] / (total[1][y, x] + 1e-6)
        far = np.abs(tall - local)
        weight = np.where(far < np.log(2.2), 1.0, 0.02).astype(np.float32)
    return np.asarray(np.exp(local), dtype=np.float32)


def link(
    rects: NDArray[np.float32], height: NDArray[np.float32], config: ClassicalConfig
) -> NDArray[np.int64]:
    """Word number of each letter: letters that stand close on one level share a number."""
    order = np.argsort(rects[:, 0])
    parent = np.arange(len(rects))
    rects, height = rects[order], height[order]
    middle = (rects[:, 1] + rects[:, 3]) / 2
    for i, (_, top, right, bottom) in enumerate(rects):
        reach = right + config.gap * height[i] * 1.3
        end = int(np.searchsorted(rects[:, 0], reach))
        j = np.arange(i + 1, end)
        scale = (height[i] + height[j]) / 2
        shared = np.minimum(bottom, rects[j, 3]) - np.maximum(top, rects[j, 1])
        lower = np.minimum(bottom - top, rects[j, 3] - rects[j, 1])
        beside = (shared > 0.4 * lower) & (np.abs(middle[j] - middle[i]) < config.level * scale)
        near = rects[j, 0] - right < config.gap * scale
        for other in j[beside & near]:
            _join(parent, i, int(other))
    groups = np.empty(len(rects), np.int64)
    groups[order] = [_root(parent, i) for i in range(len(rects))]
    return groups


def _root(parent: NDArray[np.int64], i: int) -> int:
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = int(parent[i])
    return i


def _join(parent: NDArray[np.int64], i: int, j: int) -> None:
    parent[_root(parent, i)] = _root(parent, j)


def merge(
    letters: NDArray[np.float32],
    groups: NDArray[np.int64],
    marks: NDArray[np.float32],
    height: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Word rectangles: the letters of each group and the marks (dots, commas) beside them."""
    words = []
    for group in np.unique(groups):
        members = letters[groups == group]
        scale = float(height[groups == group].mean())
        low, high = members[:, :2].min(axis=0), members[:, 2:].max(axis=0)
        x, y = (marks[:, 0] + marks[:, 2]) / 2, (marks[:, 1] + marks[:, 3]) / 2
        near = (x > low[0] - 0.15 * scale) & (x < high[0] + 0.35 * scale)
        near &= (y > low[1] - 0.5 * scale) & (y < high[1] + 0.3 * scale)
        members = np.concatenate([members, marks[near]])
        words.append([*members[:, :2].min(axis=0), *members[:, 2:].max(axis=0)])
    return np.asarray(words, dtype=np.float32).reshape(-1, 4)


def plausible(words: NDArray[np.float32]) -> NDArray[np.float32]:
    """Drop specks, which are far lower and narrower than the words of the photo, and lone strokes."""
    if not len(words):
        return words
    width, tall = words[:, 2] - words[:, 0], words[:, 3] - words[:, 1]
    order = np.argsort(tall)
    # the height at which half of all written width is reached: specks have next to no width
    half = np.searchsorted(np.cumsum(width[order]), width.sum() / 2)
    typical = float(tall[order][half])
    speck = (tall < 0.4 * typical) & (width < typical)
    stroke = (width < 0.25 * tall) | (tall < 0.12 * width)
    return words[~(speck | stroke)]


def level_heights(words: NDArray[np.float32]) -> NDArray[np.float32]:
    """Make each word as high as its line, with a margin: "sea" and "dog" get boxes alike.

    The recogniser learned from crops cut along the line; in a box that is tight around "sea", the
    letters would be twice as tall for it. Line neighbours are words beside it within six heights.
    """
    out = words.copy()
    tall = words[:, 3] - words[:, 1]
    for i, (left, top, right, bottom) in enumerate(words):
        shared = np.minimum(bottom, words[:, 3]) - np.maximum(top, words[:, 1])
        gap = np.maximum(words[:, 0] - right, left - words[:, 2])
        beside = (shared > 0.5 * np.minimum(tall, tall[i])) & (gap < 6 * tall[i])
        typical = float(np.median(tall[beside]))
        near = beside & (tall < 1.6 * typical)
        rise = float(np.median(words[near, 1] - top)) if near.any() else 0.0
        fall = float(np.median(words[near, 3] - bottom)) if near.any() else 0.0
        margin = 0.18 * max(typical, tall[i])
        out[i] = (
            left - margin,
            top + min(0.0, max(rise, -0.6 * typical)) - margin,
            right + margin,
            bottom + max(0.0, min(fall, 0.6 * typical)) + margin,
        )
    return out


def _box(rect: NDArray[np.float32]) -> Box:
    left, top = np.floor(rect[:2]).clip(0).astype(int).tolist()
    right, bottom = np.ceil(rect[2:]).astype(int).tolist()
    return Box(left, top, max(right, left + 1), max(bottom, top + 1))
