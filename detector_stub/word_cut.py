"""Cutting a slanted word out of a photo, turned level along its line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


def level(photo: NDArray[np.uint8], corners: Sequence[tuple[float, float]]) -> NDArray[np.uint8]:
    """The word on `photo` [rows, columns] or [rows, columns, 3] with these four corners, as if its line were level.

    Corners are (x, y), clockwise from the upper left one along the line. What lies beyond the photo
    repeats its edge.
    """
    part, (upper_left, upper_right, _, lower_left) = _part(photo, np.asarray(corners, np.float64))
    right, down = upper_right - upper_left, lower_left - upper_left
    width = max(2, round(float(np.linalg.norm(right))))
    height = max(2, round(float(np.linalg.norm(down))))
    # a pixel of the word is at `upper_left` + column · right / width + row · down / height
    turn = np.stack([right / width, down / height, upper_left], axis=1).ravel().tolist()
    cut = Image.fromarray(part).transform(
        (width, height), Image.Transform.AFFINE, turn, Image.Resampling.BILINEAR
    )
    return np.asarray(cut, np.uint8)


def _part(
    photo: NDArray[np.uint8], corners: NDArray[np.float64]
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """The part of `photo` around the corners [4, 2], and the corners in its pixels."""
    size = np.asarray(photo.shape[1::-1])
    low, high = np.floor(corners.min(axis=0)) - 1, np.ceil(corners.max(axis=0)) + 2
    # a word that lies outside as a whole shows the same from nearer by
    shift = (1 - high).clip(min=0) - (low - size + 1).clip(min=0)
    low, high = (low + shift).astype(int), (high + shift).astype(int)
    start, stop = low.clip(min=0), high.clip(max=size)
    part = photo[start[1] : stop[1], start[0] : stop[0]]
    before, after = start - low, high - stop
    sides = [(before[1], after[1]), (before[0], after[0]), (0, 0)][: photo.ndim]
    if before.any() or after.any():
        part = np.pad(part, sides, mode="edge")
    return part, corners + shift - low
