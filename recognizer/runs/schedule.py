"""Progress of a run, and the learning rate that follows from it: warm-up and cosine decay."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

    from recognizer.runs.state import RunState

WARM_UP = 0.03
"""Share of the run in which the learning rate rises."""

MIN_FACTOR = 0.01
"""Factor of the learning rate at the end of the run."""


def progress(state: RunState, steps: int | None, budget: float | None) -> float:
    """Share 0..1 of a run that is done.

    Args:
        state: of the run.
        steps: at which the run ends, if any.
        budget: seconds of training at which it ends, if any; the nearer end counts.

    """
    by_step = state.step / steps if steps else 0.0
    by_time = state.elapsed / budget if budget else 0.0
    return min(1.0, max(by_step, by_time))


def seconds_left(elapsed: float, progress: float) -> float:
    """Seconds of training until the end, if it goes on at the speed so far."""
    return elapsed * (1 / progress - 1) if progress else 0.0


def lr_factor(progress: float) -> float:
    """Factor of the learning rate: a linear warm-up, then half a cosine down to MIN_FACTOR.

    Source: Loshchilov and Hutter 2017, "SGDR", without restarts.
    """
    if progress < WARM_UP:
        return (progress + 1e-3) / (WARM_UP + 1e-3)
    along = (progress - WARM_UP) / (1 - WARM_UP)
    return MIN_FACTOR + (1 - MIN_FACTOR) * 0.5 * (1 + math.cos(math.pi * along))


def set_rate(optimizer: torch.optim.Optimizer, peak: float, progress: float) -> None:
    """Give each parameter group its learning rate: `peak`, scaled by `lr_factor`.

    A group with the key "scale" learns at that multiple of it.
    """
    for group in optimizer.param_groups:
        group["lr"] = peak * group.get("scale", 1.0) * lr_factor(progress)
