"""The loop with a trainer that does nothing; what it does for each network is tested there."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

import pytest

from recognizer.runs import loop
from recognizer.runs.errors import TrainingError
from recognizer.runs.state import RunState, Step

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@dataclass
class Idle:
    """Counts what the loop asks for; batches are numbers, and a batch's loss is its number."""

    folder: Path
    steps: int = 5
    evaluate_every: int = 2
    batch_size: int = 3
    state: RunState = field(default_factory=RunState)
    log: list[str] = field(default_factory=list)

    @property
    def progress(self) -> float:
        return self.state.step / self.steps

    @property
    def finished(self) -> bool:
        return self.progress >= 1

    def step(self, batch: int) -> float:
        self.state.step += 1
        self.log.append(f"step {batch}")
        return float(batch)

    def checkpoint(self) -> None:
        self.log.append("checkpoint")

    def evaluate(self, losses: list[float]) -> None:
        self.state.best = 0.5
        self.log.append(f"evaluate {losses}")

    def train(self, stop: Callable[[], bool] = lambda: False, **more: object) -> list[str]:
        loop.train(self, count(), self.evaluate, stop=stop, **more)
        return self.log


def test_evaluations_come_every_so_many_steps_and_at_the_end(tmp_path: Path) -> None:
    assert Idle(tmp_path).train() == [
        "step 0", "step 1", "evaluate [0.0, 1.0]", "step 2", "step 3", "evaluate [2.0, 3.0]",
        "step 4", "evaluate [4.0]", "checkpoint",
    ]  # fmt: skip


def test_a_run_that_is_stopped_leaves_a_checkpoint(tmp_path: Path) -> None:
    idle = Idle(tmp_path)

    log = idle.train(lambda: idle.state.step == 3)

    assert log[-2:] == ["step 2", "checkpoint"]


def test_a_run_that_is_stopped_before_its_first_evaluation_is_evaluated(tmp_path: Path) -> None:
    idle = Idle(tmp_path)

    log = idle.train(lambda: idle.state.step == 1)

    assert log == ["step 0", "evaluate [0.0]", "checkpoint"]


def test_a_finished_run_asks_for_no_batch(tmp_path: Path) -> None:
    idle = Idle(tmp_path, state=RunState(step=5))

    assert idle.train() == ["checkpoint"]


def test_every_step_can_be_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = count()
    monkeypatch.setattr(loop.time, "monotonic", lambda: float(next(seconds)))
    steps: list[Step] = []

    Idle(tmp_path, steps=2).train(watch=steps.append)

    assert steps == [Step(1, 0.5, 3, 1.0, 0.0), Step(2, 1.0, 6, 2.0, 1.0)]


def test_a_run_gives_up_after_fifty_lost_steps_in_a_row(tmp_path: Path) -> None:
    idle = Idle(tmp_path, steps=1000, evaluate_every=1000)
    idle.state.lost_in_a_row = loop.MAX_LOST - 1
    idle.train(lambda: idle.state.step == 1)
    idle.state.lost_in_a_row = loop.MAX_LOST

    with pytest.raises(TrainingError) as caught:
        idle.train()

    assert loop.MAX_LOST == 50
    assert str(caught.value) == (
        f"{tmp_path}: 50 steps in a row gave no finite loss; begin another run with "
        f"--init {tmp_path / 'best.safetensors'} and a lower --lr"
    )
