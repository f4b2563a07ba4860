"""Exponential moving average (EMA) of the weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch.optim.swa_utils import AveragedModel

if TYPE_CHECKING:
    from torch import Tensor, nn

    Tensors = tuple[Tensor, ...] | list[Tensor]

WARM_UP = 10
"""Steps that set the pace of the warm-up, see `ema_decay`."""


def ema_decay(decay: float, updates: int) -> float:
    """Share of the averaged weights that update number `updates` (from 1 on) leaves as it is.

    Lower at first, because the weights that a run begins with should soon be forgotten. Source:
    the `num_updates` rule of TensorFlow's ExponentialMovingAverage.
    """
    return min(decay, (1 + updates) / (WARM_UP + updates))


def averaged(model: nn.Module, decay: float) -> AveragedModel:
    """A copy of `model` whose weights and buffers are to become the moving average of its own.

    `module` is the copy, `update_parameters(model)` one update; the first one copies. Statistics of
    normalisation are averaged with the weights, because they belong to them; counters are copied.
    """

    def update(averages: Tensors, values: Tensors, updates: Tensor | int) -> None:
        if averages[0].is_floating_point():
            torch._foreach_lerp_(averages, values, 1 - ema_decay(decay, int(updates)))
        else:
            torch._foreach_copy_(averages, values)

    return AveragedModel(model, multi_avg_fn=update, use_buffers=True)


def count_updates(average: AveragedModel, updates: int) -> None:
    """Let an `average` whose weights were restored continue after so many updates."""
    average.n_averaged.fill_(updates)
