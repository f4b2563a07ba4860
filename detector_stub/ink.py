"""Where there is ink on a photo of a board or a sheet, whatever the light and the pen's colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_GROUND_SHRINK = 4
"""The ground varies slowly: it is estimated on a picture this many times smaller."""

_GROUND_PIXELS = 15
"""Strokes narrower than this many pixels of the shrunk picture vanish from the ground."""

_GRAIN_WINDOW = 41
"""Pixels of the neighbourhood whose median darkness is the grain of the ground."""

_RULED_PIXELS = 70
"""Straight runs at least this long are frames or ruled lines, not letters."""


def darkness(photo: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """How much darker than the ground each pixel is in its darkest channel, 0..255.

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


def binarize(dark: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Ink (1) against ground (0): a faint stroke counts where it hangs on a firm one.

    Hysteresis thresholding (Canny 1986). The thresholds follow the grain of the ground nearby
    and, at bold strokes, their own darkness, so that soft edges do not glue letters together.
    """
    smooth = cv2.GaussianBlur(dark, (0, 0), 0.8)
    grain = cv2.medianBlur(smooth, _GRAIN_WINDOW).astype(np.float32)
    spread = cv2.medianBlur(cv2.absdiff(smooth, grain.astype(np.uint8)), _GRAIN_WINDOW)
    level = grain + 3.0 * spread
    boldest = cv2.blur(cv2.dilate(smooth, np.ones((9, 9), np.uint8)), (15, 15))
    weak = np.maximum(level + 7.0, 0.42 * boldest)
    candidates = (smooth > weak).astype(np.uint8)
    _, labels = cv2.connectedComponents(candidates, connectivity=8)
    keep = np.zeros(int(labels.max()) + 1, dtype=bool)
    keep[np.unique(labels[smooth > level * 1.2 + 12.0])] = True
    keep[0] = False
    return keep[labels].astype(np.uint8)


def without_rules(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Remove ruled lines, squared paper and frames, and close the strokes they crossed."""
    rules = np.zeros_like(ink)
    for shape in ((1, _RULED_PIXELS), (_RULED_PIXELS, 1)):
        across = (3, 1) if shape[0] == 1 else (1, 3)
        # a line that leans by a pixel or two still counts as straight
        thick = cv2.dilate(ink, np.ones(across, np.uint8))
        straight = cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones(shape, np.uint8))
        # words written on the line are as dark but thicker than it: they stay
        bold = cv2.morphologyEx(
            ink, cv2.MORPH_OPEN, np.ones(tuple(5 * (s > 1) or 1 for s in across), np.uint8)
        )
        rules |= np.where(bold > 0, 0, straight).astype(np.uint8)
    return np.where(rules > 0, 0, ink).astype(np.uint8)
