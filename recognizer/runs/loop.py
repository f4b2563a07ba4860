"""The training loop: steps, evaluations and checkpoints until a run ends or is stopped."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Protocol, TypeVar

from recognizer.runs.errors import TrainingError
from recognizer.runs.folder import BEST
from recognizer.runs.state import RunState, Step, unwatched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

MAX_LOST = 50
"""Steps in a row without a finite loss after which a run gives up."""

B_contra = TypeVar("B_contra", contravariant=True)


class Trainable(Protocol[B_contra]):
    """What the loop needs of a trainer whose batches are of type `B_contra`."""

    folder: Path
    state: RunState

    @property
    def progress(self) -> float:
        """Share 0..1 of the run that is done."""

    @property
    def finished(self) -> bool:
        """Whether no step is left to take."""

    @property
    def batch_size(self) -> int:
        """Items of a batch."""

    @property
    def evaluate_every(self) -> int:
        """Steps from one evaluation to the next."""

    def step(self, batch: B_contra, /) -> float:
        """Take one step; returns the loss, NaN if it was skipped."""

    def checkpoint(self) -> None:
        """Write everything that resuming needs."""


def train(
    trainer: Trainable[B_contra],
    batches: Iterator[B_contra],
    evaluate: Callable[[list[float]], None],
    *,
    stop: Callable[[], bool],
    watch: Callable[[Step], None] = unwatched,
) -> None:
    """Train until `trainer.finished` or `stop()`; a checkpoint is written either way.

    Args:
        trainer: takes the steps.
        batches: endless; time spent waiting for them counts.
        evaluate: is given the losses since the last evaluation; its time does not count.
        stop: called before every step; true ends the run.
        watch: called with every step.

    Raises:
        TrainingError: MAX_LOST steps in a row gave no finite loss.

    """
    losses: list[float] = []
    state = trainer.state
    while not trainer.finished and not stop():
        start = time.monotonic()
        losses.append(trainer.step(next(batches)))
        state.elapsed += time.monotonic() - start
        items = state.step * trainer.batch_size
        watch(Step(state.step, trainer.progress, items, state.elapsed, losses[-1]))
        _give_up_if_all_lost(trainer)
        if state.step % trainer.evaluate_every == 0 or trainer.finished:
            evaluate(losses)
            losses.clear()
    if losses and math.isinf(state.best):
        # stopped before the first evaluation: what was learned so far must not be lost
        evaluate(losses)
    trainer.checkpoint()


def _give_up_if_all_lost(trainer: Trainable[B_contra]) -> None:
    if trainer.state.lost_in_a_row >= MAX_LOST:
        msg = (
            f"{trainer.folder}: {MAX_LOST} steps in a row gave no finite loss; "
            f"begin another run with --init {trainer.folder / BEST} and a lower --lr"
        )
        raise TrainingError(msg)
