"""Steps whose loss is not finite change no weight and corrupt no statistics."""

from __future__ import annotations

import io
import json
import math
from typing import TYPE_CHECKING

import pytest
import torch

from recognizer.datasets.batch import Batch
from recognizer.inference.card import Card
from recognizer.network.model import CRNN
from recognizer.posteriors.charset import Charset
from recognizer.runs import loop
from recognizer.runs.console import Console
from recognizer.runs.errors import TrainingError
from recognizer.runs.folder import METRICS
from recognizer.training.config import TrainConfig
from recognizer.training.trainer import Trainer

from ..short_runs import CHARSET, go

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from recognizer.datasets.labelled_crops import LabelledCrop
    from recognizer.inference.card import ModelConfig

pytestmark = pytest.mark.thorough


class Faulty(Trainer):
    """A run in which the steps of `bad` see nothing but NaN."""

    bad: frozenset[int] = frozenset()

    def loss(self, batch: Batch) -> torch.Tensor:
        if self.state.step in self.bad:
            nothing = torch.full((2, 1, 48, 64), math.nan)
            return self.model(nothing).sum()
        return super().loss(batch)


@pytest.fixture
def words(labelled: Callable[[Sequence[str], Charset], list[LabelledCrop]]) -> list[LabelledCrop]:
    return labelled(["at", "to", "on", "no"], CHARSET)


@pytest.fixture
def start(tmp_path: Path, small_config: Callable[..., ModelConfig]) -> Callable[..., Faulty]:
    """Begins a run in which some steps see nothing but NaN."""

    def begin(bad: Sequence[int], steps: int = 6) -> Faulty:
        torch.manual_seed(0)
        model = CRNN(small_config(len(CHARSET)))
        config = TrainConfig(steps=steps, batch_size=4, evaluate_every=2)
        trainer = Faulty(tmp_path / "run", model, Card(CHARSET, model.config), config)
        trainer.bad = frozenset(bad)
        return trainer

    return begin


def tensors(trainer: Trainer) -> list[torch.Tensor]:
    return [*trainer.model.state_dict().values(), *trainer.average.state_dict().values()]


def test_a_lost_step_changes_no_weight(
    start: Callable[..., Faulty], words: list[LabelledCrop]
) -> None:
    trainer = start([0])
    before = [tensor.clone() for tensor in trainer.model.parameters()]

    loss = trainer.step(Batch.of(words))

    assert math.isnan(loss)
    assert all(map(torch.equal, before, trainer.model.parameters()))


def test_a_run_survives_lost_steps_and_learns_from_the_others(
    start: Callable[..., Faulty], words: list[LabelledCrop]
) -> None:
    trainer = start([1, 2, 4])
    before = [tensor.clone() for tensor in trainer.model.parameters()]

    go(trainer, words)

    assert all(tensor.isfinite().all() for tensor in tensors(trainer))
    assert not all(map(torch.equal, before, trainer.model.parameters()))
    assert (trainer.state.step, trainer.state.lost, trainer.state.lost_in_a_row) == (6, 3, 0)


def test_lost_steps_are_counted_in_the_metrics_and_left_out_of_the_loss(
    start: Callable[..., Faulty], words: list[LabelledCrop]
) -> None:
    trainer = start([1, 2, 3])

    rows = go(trainer, words)

    written = (trainer.folder / METRICS).read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["lost_steps"] for line in written] == [1, 3, 3]
    assert [row["lost_steps"] for row in rows] == [1, 3, 3]
    assert rows[0]["loss"] > 0
    assert rows[1]["loss"] == 0


def test_lost_steps_are_reported(start: Callable[..., Faulty], words: list[LabelledCrop]) -> None:
    shown = io.StringIO()
    console = Console("words", lambda row: f"CER {row['cer']}", shown)

    for trainer in (start([]), start([3])):
        console.report(go(trainer, words)[-1])

    assert ["1 steps skipped" in line for line in shown.getvalue().splitlines()] == [False, True]


def test_a_run_that_only_loses_steps_gives_up_and_says_what_to_do(
    start: Callable[..., Faulty], words: list[LabelledCrop], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "MAX_LOST", 3)
    trainer = start(range(1, 100), steps=100)

    with pytest.raises(TrainingError, match=r"3 steps in a row gave no finite loss; .* lower --lr"):
        go(trainer, words)

    assert trainer.state.step == 4
