"""What the training of the detector minimizes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch.nn import functional

from detector_stub.inference.kernels import ABOVE, BELOW, KERNEL, SLOPE

if TYPE_CHECKING:
    from torch import Tensor

HARD = 3
"""Cells of background for each cell of a kernel that count most: the likeliest mistakes."""

LEAST_CELLS, LEAST_HARD = 50, 500
"""A batch without a word is background to learn from, too."""

SLOPE_WEIGHT = 2.0
"""A slope is a small number: a tenth moves the ends of a long word by half its height."""


def loss(maps: Tensor, targets: Tensor) -> Tensor:
    """One number for `maps` [N, 4, H, W], see `network.WordNet.forward`.

    Args:
        maps: what the network draws, in full precision.
        targets: [N, 6, H, W], see `kernels.Targets`; cells of weight 0 count nowhere.

    """
    kernel, weight, above, below, slope, share = targets.unbind(1)
    cells = balanced(maps[:, KERNEL], kernel, weight)
    whole = overlap(maps[:, KERNEL], kernel, weight)
    wrong = (
        (maps[:, ABOVE] - above).abs()
        + (maps[:, BELOW] - below).abs()
        + SLOPE_WEIGHT * (maps[:, SLOPE] - slope).abs()
    )
    geometry = (wrong * share).sum() / share.sum().clamp(min=1)
    return 2 * cells + whole + geometry


def balanced(logits: Tensor, kernel: Tensor, weight: Tensor) -> Tensor:
    """Cross-entropy of kernel cells and of the hardest background, plus that of all background.

    Source: hard negative mining after Shrivastava et al. 2016, with the ratio of Liao et al. 2020.
    """
    each = functional.binary_cross_entropy_with_logits(logits, kernel, reduction="none") * weight
    inside = (kernel * weight).sum().clamp(min=LEAST_CELLS)
    outside = each * (kernel == 0)
    count = min(outside.numel(), max(LEAST_HARD, int(HARD * inside)))
    hardest = outside.flatten().topk(count).values
    return ((each * kernel).sum() + hardest.sum()) / (inside + count) + outside.mean()


def overlap(logits: Tensor, kernel: Tensor, weight: Tensor) -> Tensor:
    """1 - Dice coefficient of kernels drawn and wanted, mean over pictures (Milletari et al. 2016)."""
    drawn = torch.sigmoid(logits) * weight
    wanted = kernel * weight
    both = (drawn * kernel).sum((1, 2))
    return (1 - (2 * both + 1) / (drawn.sum((1, 2)) + wanted.sum((1, 2)) + 1)).mean()
