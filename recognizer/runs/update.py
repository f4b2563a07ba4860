"""One optimizer step with clipped gradients; steps that are not finite are skipped."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from torch import nn

if TYPE_CHECKING:
    from torch.optim.swa_utils import AveragedModel

    from recognizer.runs.state import RunState

CLIP_NORM = 5.0
"""Largest norm of a step's gradient; longer ones are scaled down to it."""


def take_step(
    loss: torch.Tensor,
    model: nn.Module,
    average: AveragedModel,
    optimizer: torch.optim.Optimizer,
    state: RunState,
) -> float:
    """Move the weights of `model` against the gradient of `loss`, and the `average` after them.

    Returns:
        The loss; NaN if it or the gradient is not finite, and no weight has changed.

    """
    optimizer.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    norm = nn.utils.clip_grad_norm_(model.parameters(), CLIP_NORM)
    state.step += 1
    # both at once, because on a GPU each transfer of a number waits for the computation
    value, size = torch.stack([loss.detach(), norm]).tolist()
    if not math.isfinite(value + size):
        skip_step(model, average, state)
        return math.nan
    state.lost_in_a_row = 0
    optimizer.step()
    average.update_parameters(model)
    return float(value)


def skip_step(model: nn.Module, average: AveragedModel, state: RunState) -> None:
    """Count a step that is not finite, and restore the buffers that it corrupted.

    Buffers (statistics of normalisation) change in the forward pass, before the loss is known.
    """
    state.lost += 1
    state.lost_in_a_row += 1
    for ours, averaged in zip(model.buffers(), average.module.buffers(), strict=True):
        if not ours.isfinite().all():
            ours.copy_(averaged)
