"""Ink segmentation on photos of boards and paper, in any light and colour of the pen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from detector_stub.detectors import ruled_lines

if TYPE_CHECKING:
    from numpy.typing import NDArray

_GROUND_SHRINK = 4
"""The ground varies slowly: it is estimated on a picture this many times smaller."""

_GROUND_PIXELS = 15
"""Strokes narrower than this many pixels of the shrunk picture vanish from the ground."""

_GRAIN_WINDOW = 31
"""Pixels of the shrunk picture whose median is the grain: more than a bold headline covers."""


def darkness(photo: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Darkness of each pixel against the ground, in its darkest channel, 0..255.

    A pen of any colour darkens at least one channel; dividing by the ground takes away shade,
    glare and the colour of the board.
    """
    small = cv2.resize(
        photo, None, fx=1 / _GROUND_SHRINK, fy=1 / _GROUND_SHRINK, interpolation=cv2.INTER_AREA
    )
    kernel = np.ones((_GROUND_PIXELS, _GROUND_PIXELS), np.uint8)
    ground = cv2.morphologyEx(small, cv2.MORPH_CLOSE, kernel)
    ground = cv2.GaussianBlur(ground, (0, 0), _GROUND_PIXELS / 3)
    ground = cv2.resize(ground, (photo.shape[1], photo.shape[0]), interpolation=cv2.INTER_LINEAR)
    ratio = cv2.divide(photo, np.maximum(ground, 24), scale=255)
    return np.asarray(255 - ratio.min(axis=2), dtype=np.uint8)


def strokes(photo: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Ink (1) against ground (0), without ruled lines, squared paper and frames."""
    smooth = np.asarray(cv2.GaussianBlur(darkness(photo), (0, 0), 0.8), dtype=np.uint8)
    level = _grain(smooth)
    ink = _hysteresis(smooth, level)
    rules = ruled_lines.find((smooth > level + 4.0).astype(np.uint8), ink)
    return ruled_lines.remove(ink, rules)


def _hysteresis(smooth: NDArray[np.uint8], level: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Ink: a faint stroke counts if it is connected to a firm one.

    Hysteresis thresholding (Canny 1986). The thresholds follow the grain of the ground nearby
    and, at bold strokes, their own darkness, so that soft edges do not glue letters together.
    """
    boldest = cv2.blur(cv2.dilate(smooth, np.ones((9, 9), np.uint8)), (15, 15))
    weak = np.maximum(level + 7.0, 0.42 * boldest)
    candidates = (smooth > weak).astype(np.uint8)
    _, labels = cv2.connectedComponents(candidates, connectivity=8)
    keep = np.zeros(int(labels.max()) + 1, dtype=bool)
    keep[np.unique(labels[smooth > level * 1.2 + 12.0])] = True
    keep[0] = False
    return keep[labels].astype(np.uint8)


def _grain(dark: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Darkness that the ground around each pixel reaches by chance: median + 3 deviations."""
    # every nth pixel, not an average of n: averaging would take away the grain to be measured
    few = np.ascontiguousarray(dark[::_GROUND_SHRINK, ::_GROUND_SHRINK])
    median = cv2.medianBlur(few, _GRAIN_WINDOW)
    spread = cv2.medianBlur(cv2.absdiff(few, median), _GRAIN_WINDOW)
    level = median.astype(np.float32) + 3.0 * spread
    size = (dark.shape[1], dark.shape[0])
    return np.asarray(cv2.resize(level, size, interpolation=cv2.INTER_LINEAR), np.float32)
