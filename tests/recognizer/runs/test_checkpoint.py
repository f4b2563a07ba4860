"""What a run leaves on disk, and how it goes on from there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import torch

from recognizer.runs import checkpoint
from recognizer.runs.errors import TrainingError
from recognizer.runs.folder import CHECKPOINT
from recognizer.training.config import TrainConfig

from ..short_runs import Recording, assert_same, go

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from recognizer.datasets.labelled_crops import LabelledCrop

pytestmark = pytest.mark.thorough


def test_resuming_at_half_takes_the_steps_of_an_uninterrupted_run(
    start: Callable[..., Recording], words: list[LabelledCrop]
) -> None:
    config = TrainConfig(steps=10, batch_size=4, evaluate_every=3, seed=5)
    whole = start("whole", config)
    go(whole, words)

    first = start("halves", config)
    go(first, words, stop=lambda: first.state.step == 5)
    second = start("halves", config, seed=99)
    second.restore()
    go(second, words)

    assert len(first.batches) == 5
    assert first.batches + second.batches == whole.batches
    assert first.rates + second.rates == whole.rates
    assert_same(second, whole)
    assert replace(second.state, elapsed=0) == replace(whole.state, elapsed=0)


def test_another_seed_draws_other_batches(
    start: Callable[..., Recording], words: list[LabelledCrop]
) -> None:
    runs = [start(f"{s}", TrainConfig(steps=3, batch_size=4, seed=s)) for s in (1, 2)]

    for run in runs:
        go(run, words)

    assert runs[0].batches != runs[1].batches


def test_a_request_to_stop_leaves_a_checkpoint_to_resume_from(
    start: Callable[..., Recording], words: list[LabelledCrop]
) -> None:
    config = TrainConfig(steps=4, batch_size=4)
    stopped = start("run", config)
    rows = go(stopped, words, stop=lambda: stopped.state.step == 2)

    resumed = start("run", config, seed=7)
    resumed.restore()

    assert [row["step"] for row in rows] == [2]
    assert resumed.state.step == 2
    assert_same(resumed, stopped)
    go(resumed, words)
    assert resumed.state.step == 4


def test_a_checkpoint_is_never_half_written(
    start: Callable[..., Recording], words: list[LabelledCrop], monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = start("run", TrainConfig(steps=1, batch_size=4))
    go(trainer, words)
    before = (trainer.folder / CHECKPOINT).read_bytes()

    def full_disk(saved: object, path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(torch, "save", full_disk)
    with pytest.raises(OSError, match="No space"):
        trainer.checkpoint()

    assert (trainer.folder / CHECKPOINT).read_bytes() == before


def test_a_finished_run_that_is_resumed_takes_no_step(
    start: Callable[..., Recording], words: list[LabelledCrop]
) -> None:
    config = TrainConfig(steps=2, batch_size=4)
    done = start("run", config)
    go(done, words)

    again = start("run", config)
    again.restore()
    go(again, words)

    assert again.batches == []
    assert_same(again, done)


def test_a_checkpoint_that_an_earlier_version_wrote_is_continued(
    start: Callable[..., Recording], words: list[LabelledCrop]
) -> None:
    config = TrainConfig(steps=4, batch_size=4)
    stopped = start("run", config)
    go(stopped, words, stop=lambda: stopped.state.step == 2)
    path = stopped.folder / CHECKPOINT
    saved = checkpoint.read(path, torch.device("cpu"))
    saved["state"] = {
        "step": 2, "elapsed": 1.5, "words": 8, "best": 0.5, "stale": 0, "lost": 0,
        "lost_in_a_row": 0,
    }  # fmt: skip
    checkpoint.write(path, saved)

    resumed = start("run", config, seed=7)
    resumed.restore()

    assert (resumed.state.step, resumed.state.elapsed, resumed.state.best) == (2, 1.5, 0.5)
    assert resumed.ema.n_averaged == 2
    assert_same(resumed, stopped)


@pytest.mark.parametrize("missing", ["state", "random"])
def test_a_checkpoint_that_lacks_a_part_is_named(
    start: Callable[..., Recording], missing: str
) -> None:
    trainer = start("run", TrainConfig(steps=1, batch_size=4))
    trainer.checkpoint()
    path = trainer.folder / CHECKPOINT
    saved = checkpoint.read(path, torch.device("cpu"))
    del saved[missing]
    checkpoint.write(path, saved)

    with pytest.raises(TrainingError, match=rf"checkpoint\.pt: cannot resume .*{missing}"):
        trainer.restore()


@pytest.mark.parametrize("damage", [b"", b"no checkpoint", None])
def test_a_checkpoint_that_cannot_be_read_is_named(
    start: Callable[..., Recording], words: list[LabelledCrop], damage: bytes | None
) -> None:
    trainer = start("run", TrainConfig(steps=1, batch_size=4))
    path = trainer.folder / CHECKPOINT
    trainer.checkpoint()
    path.write_bytes(path.read_bytes()[:5000] if damage is None else damage)

    with pytest.raises(TrainingError, match=r"checkpoint\.pt: cannot resume"):
        trainer.restore()


def test_a_missing_checkpoint_is_named(start: Callable[..., Recording]) -> None:
    with pytest.raises(TrainingError, match=r"checkpoint\.pt: cannot resume"):
        start("run", TrainConfig(steps=1)).restore()


def test_a_checkpoint_of_another_network_is_refused(start: Callable[..., Recording]) -> None:
    start("run", TrainConfig(steps=1)).checkpoint()

    with pytest.raises(TrainingError, match=r"checkpoint\.pt: cannot resume"):
        start("run", TrainConfig(steps=1), layers=2).restore()
