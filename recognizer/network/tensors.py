"""Batches of word images as tensors, and their normalisation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from recognizer.inference.images import HEIGHT, WIDTH_STEP

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


_MIN_CONTRAST = 3.0
"""Standard deviation in grey levels below which a word is not amplified to full contrast: it would
be noise."""


def pad(crops: Sequence[NDArray[np.uint8]]) -> tuple[torch.Tensor, torch.Tensor]:
    """Batch fitted crops: float grey levels [N, 1, HEIGHT, W] and widths [N] in pixels."""
    grey, widths = stack(crops)
    return grey.float(), widths


def stack(crops: Sequence[NDArray[np.uint8]]) -> tuple[torch.Tensor, torch.Tensor]:
    """Batch fitted crops as bytes, a quarter of the size for the way to another device.

    Returns:
        Grey levels [N, 1, HEIGHT, W], W a multiple of WIDTH_STEP, and widths [N] in pixels.

    The columns right of a crop repeat its last one, so that filters meet no false edge.
    """
    widths = [crop.shape[1] for crop in crops]
    total = -(-max(widths) // WIDTH_STEP) * WIDTH_STEP
    batch = np.empty((len(crops), 1, HEIGHT, total), dtype=np.uint8)
    for row, crop in enumerate(crops):
        batch[row, 0, :, : crop.shape[1]] = crop
        batch[row, 0, :, crop.shape[1] :] = crop[:, -1:]
    return torch.from_numpy(batch), torch.tensor(widths)


def normalize(grey: torch.Tensor, widths: torch.Tensor) -> torch.Tensor:
    """Grey levels to ink: mean 0 and deviation 1 over each word, ink positive, padding 0.

    Args:
        grey: [N, 1, HEIGHT, W] grey levels 0..255.
        widths: [N] valid columns of each word.

    Returns:
        [N, 1, HEIGHT, W]; a word lighter than its ground (chalk) comes out like any other.

    """
    columns = torch.arange(grey.shape[3], device=grey.device)
    valid = (columns < widths.to(grey.device)[:, None]).float()[:, None, None, :]
    count = valid.sum((2, 3), keepdim=True) * grey.shape[2]
    mean = (grey * valid).sum((2, 3), keepdim=True) / count
    ink = (mean - grey) * valid
    deviation = (ink.square().sum((2, 3), keepdim=True) / count).sqrt()
    ink = ink / deviation.clamp(min=_MIN_CONTRAST)
    # ink covers the smaller part of a word, so its tail is the longer one: third moment > 0
    skew = ink.pow(3).sum((2, 3), keepdim=True) / count
    return torch.where(skew < -1.0, -ink, ink).clamp(-3.0, 5.0)
