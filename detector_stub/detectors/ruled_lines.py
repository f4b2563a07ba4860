"""Ruled lines, squared paper and frames: found and removed from ink."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_CRUMB_PIXELS = 7
"""Remains of a ruled line lie within about half of this of it."""

_RULED_PIXELS = 70
"""Straight runs at least this long are frames or ruled lines, not letters."""


def find(faint: NDArray[np.uint8], ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Long straight lines of `faint`, but not where the ink on them is bold.

    They are looked for among fainter pixels than ink is: printed lines often waver around its
    threshold, and broken lines look like dashes.
    """
    rules = np.zeros_like(ink)
    for shape in ((1, _RULED_PIXELS), (_RULED_PIXELS, 1)):
        across = (3, 1) if shape[0] == 1 else (1, 3)
        # a line that leans by a pixel or two still counts as straight
        thick = cv2.dilate(faint, np.ones(across, np.uint8))
        straight = cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones(shape, np.uint8))
        # words written on the line are as dark but thicker than it: they stay
        bold = cv2.morphologyEx(
            ink, cv2.MORPH_OPEN, np.ones(tuple(5 * (s > 1) or 1 for s in across), np.uint8)
        )
        rules |= np.where(bold > 0, 0, straight).astype(np.uint8)
    return rules


def remove(ink: NDArray[np.uint8], rules: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Take the pixels of `rules` out of `ink`, both [rows, columns], and what is left beside them."""
    return _without_crumbs(np.where(rules > 0, 0, ink).astype(np.uint8), rules)


def _without_crumbs(ink: NDArray[np.uint8], rules: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Remove what is left of ruled lines: their crossings, and stretches that waver."""
    if not rules.any():
        return ink
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    near = cv2.dilate(rules, np.ones((_CRUMB_PIXELS, _CRUMB_PIXELS), np.uint8)) > 0
    inside = np.bincount(labels[near], minlength=len(stats))
    crumb = inside > 0.8 * stats[:, cv2.CC_STAT_AREA]
    crumb[0] = False
    return np.where(crumb[labels], 0, ink).astype(np.uint8)
