"""Temperature scaling on held-out words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch.nn import functional

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

TEMPERATURES = tuple(round(0.6 + 0.1 * step, 1) for step in range(15))
"""Temperatures to choose from, 0.6 to 2.0."""


def fit_temperature(
    logits: Sequence[NDArray[np.float32]], labels: Sequence[Sequence[int]]
) -> float:
    """The temperature of TEMPERATURES at which the true texts are most probable.

    Source: Guo et al. 2017, "On calibration of modern neural networks", with the CTC loss of the
    whole word in place of cross-entropy.

    Args:
        logits: [T, labels] of each word.
        labels: the true labels of each word; words that do not fit their frames are left out.
    """
    losses = [_loss(logits, labels, temperature) for temperature in TEMPERATURES]
    return TEMPERATURES[int(np.argmin(losses))]


def _loss(
    logits: Sequence[NDArray[np.float32]], labels: Sequence[Sequence[int]], temperature: float
) -> float:
    total = 0.0
    for rows, target in zip(logits, labels, strict=True):
        scaled = torch.from_numpy(rows)[:, None] / temperature
        loss = functional.ctc_loss(
            scaled.log_softmax(2),
            torch.tensor([list(target)]),
            torch.tensor([len(rows)]),
            torch.tensor([len(target)]),
            reduction="sum",
            zero_infinity=True,
        )
        total += float(loss)
    return total
