"""The detector's loss: kernels, and the geometry of the words around them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch.nn import functional

from detector_stub.inference.postprocessing import ABOVE, BELOW, KERNEL, SLOPE

if TYPE_CHECKING:
    from torch import Tensor

HARD_NEGATIVES = 3
"""Background cells mined for each kernel cell: those that the network is most wrong about."""

MIN_CELLS = 50
"""Kernel cells that a batch counts as having at least, because one without a word teaches, too."""

MIN_HARD_NEGATIVES = 500
"""Background cells that are mined from a batch at least, for the same reason."""

SLOPE_WEIGHT = 2.0
"""Weight of the slope's error, because a slope is a small number: a tenth moves the ends of a long word by half its height."""


def detection_loss(maps: Tensor, targets: Tensor) -> Tensor:
    """Loss of a batch.

    Args:
        maps: [N, 4, H, W] of `WordNet.forward`, in full precision.
        targets: [N, 6, H, W], see `kernels.Targets`; cells of weight 0 count nowhere.

    """
    kernel, weight, above, below, slope, share = targets.unbind(1)
    cells = mined_cross_entropy(maps[:, KERNEL], kernel, weight)
    whole = dice_loss(maps[:, KERNEL], kernel, weight)
    wrong = (
        (maps[:, ABOVE] - above).abs()
        + (maps[:, BELOW] - below).abs()
        + SLOPE_WEIGHT * (maps[:, SLOPE] - slope).abs()
    )
    geometry = (wrong * share).sum() / share.sum().clamp(min=1)
    return 2 * cells + whole + geometry


def mined_cross_entropy(logits: Tensor, kernel: Tensor, weight: Tensor) -> Tensor:
    """Cross-entropy of kernel cells and of the hardest background, plus that of all background.

    Source: hard negative mining after Shrivastava et al. 2016, with the ratio of Liao et al. 2020.
    """
    each = functional.binary_cross_entropy_with_logits(logits, kernel, reduction="none") * weight
    inside = (kernel * weight).sum().clamp(min=MIN_CELLS)
    outside = each * (kernel == 0)
    count = min(outside.numel(), max(MIN_HARD_NEGATIVES, int(HARD_NEGATIVES * inside)))
    hardest = outside.flatten().topk(count).values
    return ((each * kernel).sum() + hardest.sum()) / (inside + count) + outside.mean()


def dice_loss(logits: Tensor, kernel: Tensor, weight: Tensor) -> Tensor:
    """1 - Dice coefficient of predicted and true kernels, mean over pictures.

    Source: Milletari et al. 2016, "V-Net".
    """
    predicted = torch.sigmoid(logits) * weight
    true = kernel * weight
    both = (predicted * kernel).sum((1, 2))
    return (1 - (2 * both + 1) / (predicted.sum((1, 2)) + true.sum((1, 2)) + 1)).mean()
