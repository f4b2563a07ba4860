"""Batches of word images as tensors, and their normalisation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from recognizer.inference import batches

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray


_MIN_CONTRAST = 3.0
"""Standard deviation in grey levels below which a word is not amplified to full contrast: it would
be noise."""


def stack(crops: Sequence[NDArray[np.uint8]]) -> tuple[torch.Tensor, torch.Tensor]:
    """Batch fitted crops as tensors, see `batches.stack`: bytes, a quarter of the size of numbers."""
    grey, widths = batches.stack(crops)
    return torch.from_numpy(grey), torch.from_numpy(widths)


def normalize(grey: torch.Tensor, widths: torch.Tensor) -> torch.Tensor:
    """Grey levels to ink: mean 0 and deviation 1 over each word, ink positive, padding 0.

    Args:
        grey: [N, 1, HEIGHT, W] grey levels 0..255.
        widths: [N] valid columns of each word.

    Returns:
        [N, 1, HEIGHT, W]; a word lighter than its ground (chalk) comes out like any other.

    """
    grey = grey.float()
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
