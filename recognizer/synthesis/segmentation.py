"""Segmentation of a labelled word into the ink of its letters."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import cv2
import numpy as np

from recognizer.inference.batches import FRAME_STRIDE
from recognizer.inference.images import HEIGHT, MAX_WIDTH, STRETCH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from recognizer.synthesis.forced_alignment import Span

_ROWS = round(HEIGHT * STRETCH)
"""Rows of a segmented word: the height at which a widened crop has its own proportions again."""

_MIN_X_HEIGHT = 0.11 * _ROWS
"""x-height in rows below which a word is too small to be used."""

_MAX_X_HEIGHT = 0.53 * _ROWS
"""x-height in rows above which it cannot have been measured correctly."""

_MIN_CONTRAST = 14.0
"""Grey levels between paper and ink; fainter ink would bring the grain of the paper along."""

_ON_BASELINE = frozenset("abcdehiklmnorstuvwxzABCDEFGHIKLMNOPRSTUVWXYZ0123456789")
"""Characters that stand on the baseline."""

_X_HIGH = frozenset("acegmnopqrsuvwxyz")
"""Characters whose top is at the x-height."""

_CAP_HIGH = frozenset("bdhklABCDEFGHIKLMNOPRSTUVWXYZ0123456789")
"""Characters whose top is at the height of a capital."""

_X_TO_CAP_HEIGHT = 0.62
"""x-height as a share of the height of a capital."""


@dataclass(frozen=True)
class SegmentedWord:
    """A word with the boundaries of its letters.

    Attributes:
        ink: coverage 0..255, [rows, columns].
        edges: columns that separate its letters, both ends included: one more than letters.
        text: the transcription.
        baseline: row of the baseline.
        x_height: rows between the baseline and the top of a small letter.

    """

    ink: NDArray[np.uint8]
    edges: tuple[int, ...]
    text: str
    baseline: float
    x_height: float


def segment(crop: NDArray[np.uint8], text: str, spans: Sequence[Span]) -> SegmentedWord | None:
    """Segment a fitted crop [HEIGHT, width] into letters.

    Args:
        crop: the word image.
        text: its transcription.
        spans: the frames of its letters, see `forced_alignment.align_words`.

    Returns:
        None if the crop was squeezed, is too faint, or has no measurable baseline and x-height.

    """
    if crop.shape[1] >= MAX_WIDTH:  # squeezed: its proportions are lost
        return None
    grey = cv2.resize(crop, (crop.shape[1], _ROWS), interpolation=cv2.INTER_LINEAR)
    ink = _ink(grey.astype(np.float32))
    if ink is None:
        return None
    edges = _edges(ink, spans)
    lines = _lines(ink, edges, text)
    if lines is None or not _MIN_X_HEIGHT <= lines[1] <= _MAX_X_HEIGHT:
        return None
    return SegmentedWord((ink * 255).astype(np.uint8), edges, text, *lines)


def _ink(grey: NDArray[np.float32]) -> NDArray[np.float32] | None:
    """Coverage 0..1 of dark ink [rows, columns], without remains of the lines above and below."""
    soft = cv2.GaussianBlur(grey, (0, 0), 1.0)
    wide = cv2.copyMakeBorder(soft, 18, 18, 18, 18, cv2.BORDER_REFLECT)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (35, 35))
    ground = cv2.GaussianBlur(cv2.morphologyEx(wide, cv2.MORPH_CLOSE, kernel), (0, 0), 6)
    depth = (ground[18:-18, 18:-18] - grey).clip(0, None)
    darkest = float(np.percentile(depth, 98.5))
    if darkest < _MIN_CONTRAST:
        return None
    ink = (depth / darkest).clip(0, 1).astype(np.float32)
    count, labels, boxes, _ = cv2.connectedComponentsWithStats((ink > 0.35).astype(np.uint8))
    rows = len(ink)
    foreign = np.zeros(ink.shape, np.uint8)
    for number in range(1, count):
        top, foot = boxes[number][1], boxes[number][1] + boxes[number][3]
        if (top <= 1 and foot < rows * 0.3) or (foot >= rows - 1 and top > rows * 0.72):
            foreign[labels == number] = 1
    return np.where(cv2.dilate(foreign, np.ones((5, 5), np.uint8)) > 0, np.float32(0), ink)


def _edges(ink: NDArray[np.float32], spans: Sequence[Span]) -> tuple[int, ...]:
    """Between two letters the column with the least ink; at both ends the end of the ink."""
    width = ink.shape[1]
    weight = (ink > 0.35).sum(0) + 0.2 * ink.sum(0)
    edges = [0]
    for (_, last), (first, _) in pairwise(spans):
        low = min(max(round((last + 0.5) * FRAME_STRIDE), edges[-1] + 2), width - 2)
        high = min(max(round((first + 0.5) * FRAME_STRIDE), low + 1), width - 1)
        away = np.abs(np.arange(low, high + 1) - (low + high) / 2)
        edges.append(low + int((weight[low : high + 1] + 0.02 * away).argmin()))
    inked = np.flatnonzero(weight > 1)
    first, last = (int(inked[0]), int(inked[-1])) if len(inked) else (0, width)
    after = edges[1] if len(edges) > 1 else width
    edges[0] = max(0, min(first - 2, after - 2))
    return (*edges, min(width, max(last + 3, edges[-1] + 2)))


def _lines(ink: NDArray[np.float32], edges: Sequence[int], text: str) -> tuple[float, float] | None:
    """Baseline and x-height, as the median over the letters; None if no letter shows them."""
    feet, tops, high = [], [], []
    for character, (left, right) in zip(text, pairwise(edges), strict=True):
        rows = np.flatnonzero((ink[:, left:right] > 0.45).any(1))
        if len(rows) < 4:
            continue
        if character in _ON_BASELINE:
            feet.append(rows[-1])
        if character in _X_HIGH:
            tops.append(rows[0])
        if character in _CAP_HIGH:
            high.append(rows[0])
    if not feet or not (tops or high):
        return None
    baseline = float(np.median(feet))
    if tops:
        return baseline, baseline - float(np.median(tops))
    return baseline, (baseline - float(np.median(high))) * _X_TO_CAP_HEIGHT
