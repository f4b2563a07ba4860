from __future__ import annotations

import json
import math

import numpy as np
import pytest
import torch

from detector_stub.detectors.learned import LearnedDetector
from detector_stub.network import weights
from detector_stub.network.model import WordNet
from detector_stub.training.metrics import evaluate
from detector_stub.training.options import TrainOptions
from detector_stub.training.pages import PageCache, PageError, read
from detector_stub.training.trainer import Trainer, batches, saved_network
from recognizer.runs import loop
from recognizer.runs.errors import TrainingError
from recognizer.runs.folder import BEST, CHECKPOINT, METRICS


def options(**changes):
    few = {"steps": 6, "evaluate_every": 100, "crop": 64, "batch_size": 2}
    return TrainOptions(("pages",), **few | changes)


@pytest.fixture
def pages(tmp_path, write_page):
    return read(write_page(tmp_path / "pages"))


@pytest.fixture
def start(tmp_path, tiny):
    """Begins a run in a folder, always with the same small network."""

    def begin(folder="run", **changes):
        torch.manual_seed(0)
        return Trainer(tmp_path / folder, WordNet(tiny), options(**changes), {"pages": ["pages"]})

    return begin


def go(trainer, pages, stop=lambda: False):
    rows = []
    trainer.run(PageCache(pages), pages, stop=stop, report=rows.append)
    return rows


def after(trainer, steps):
    """True once the trainer has taken so many steps."""
    return lambda: trainer.state.step >= steps


def assert_same(one, other):
    for ours, theirs in ((one.net, other.net), (one.average, other.average)):
        expected = theirs.state_dict()
        for name, tensor in ours.state_dict().items():
            assert torch.equal(tensor, expected[name]), name


@pytest.mark.thorough
def test_a_page_is_learned_by_heart(start, pages):
    trainer = start(steps=80, evaluate_every=40, crop=128, lr=1e-2)

    first, last = go(trainer, pages)

    found = evaluate(LearnedDetector(trainer.folder / BEST), pages)
    assert last["loss"] < 0.9 * first["loss"]
    assert (found.truth, found.matched) == (4, 4)
    assert found.hits >= 3  # the ends of a word are the hardest to learn
    assert found.detected <= 5


@pytest.mark.thorough
def test_resume_equals_uninterrupted(start, pages):
    whole, begun = start("whole"), start("halves")
    go(whole, pages)

    go(begun, pages, stop=after(begun, 3))
    resumed = start("halves")
    resumed.restore()
    assert resumed.state.step == 3
    go(resumed, pages)

    assert resumed.state.step == whole.state.step == 6
    assert_same(resumed, whole)


@pytest.mark.thorough
def test_the_network_of_a_run_is_known_without_its_first_weights(start, pages, tiny):
    trainer = start(steps=1)
    go(trainer, pages)

    assert saved_network(trainer.folder).config == tiny


def test_a_run_that_is_stopped_early_leaves_weights_and_a_checkpoint(start, pages):
    trainer = start()

    rows = go(trainer, pages, stop=after(trainer, 2))

    assert [row["step"] for row in rows] == [2]
    assert weights.load(trainer.folder / BEST).config == trainer.net.config
    assert torch.load(trainer.folder / CHECKPOINT, weights_only=True)["state"]["step"] == 2
    assert not list(trainer.folder.glob("*.part"))


def test_a_run_that_is_killed_can_be_resumed_from_its_start(start, pages):
    def killed():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        go(start(), pages, stop=killed)
    again = start()
    again.restore()

    assert again.state.step == 0


@pytest.mark.thorough
def test_a_finished_run_takes_no_further_step(start, pages):
    trainer = start(steps=2)
    go(trainer, pages)

    assert go(trainer, pages) == []
    assert trainer.state.step == 2


@pytest.mark.thorough
def test_a_budget_ends_a_run(start, pages, monkeypatch):
    seconds = iter(range(1000))
    monkeypatch.setattr(loop.time, "monotonic", lambda: float(next(seconds)))
    trainer = start(steps=None, budget=3.0)

    (row,) = go(trainer, pages)

    assert (row["step"], row["seconds"], row["progress"]) == (3, 3.0, 1.0)


@pytest.mark.thorough
def test_evaluations_are_rows_and_the_best_weights_say_where_they_come_from(start, pages):
    trainer = start(steps=4, evaluate_every=2)

    rows = go(trainer, pages)

    written = (trainer.folder / METRICS).read_text().splitlines()
    assert [json.loads(line) for line in written] == rows
    assert [row["step"] for row in rows] == [2, 4]
    assert [row["crops"] for row in rows] == [4, 8]
    assert set(rows[0]) >= {"loss", "lr", "seconds", "recall_50", "precision_50", "f1_50"}
    with weights.safe_open(trainer.folder / BEST, framework="pt") as file:
        head = json.loads(file.metadata()["ocrsearch-detector"])
    assert head["provenance"]["pages"] == ["pages"]
    assert head["provenance"]["metrics"] in rows


@pytest.mark.thorough
def test_worse_weights_do_not_replace_the_best(start, pages):
    trainer = start(steps=1)
    go(trainer, pages)
    before = (trainer.folder / BEST).read_bytes()
    trainer.state.best = 0.9

    trainer.evaluate(pages, [1.0])

    assert (trainer.folder / BEST).read_bytes() == before
    assert trainer.state.best == 0.9


@pytest.mark.thorough
def test_the_averaged_weights_follow_and_are_smoother(start, pages):
    trainer = start(steps=6, lr=1e-2)
    first = WordNet(trainer.net.config)
    first.load_state_dict(trainer.net.state_dict())

    go(trainer, pages)

    def distance(one, other):
        return sum((a - b).norm().item() for a, b in zip(one.parameters(), other.parameters()))  # noqa: B905

    assert 0 < distance(trainer.average, first) < distance(trainer.net, first)


@pytest.fixture
def broken_batch(pages):
    """A batch whose loss is not finite."""

    def broken(trainer):
        photos, targets = next(batches(PageCache(pages), trainer.options, 0))
        targets[0, 2] = math.inf
        targets[0, 5] = 1
        return photos, targets

    return broken


def test_a_step_without_a_finite_loss_changes_no_weight_and_is_counted(start, broken_batch):
    trainer = start()
    before = [parameter.clone() for parameter in trainer.net.parameters()]

    loss = trainer.step(broken_batch(trainer))

    assert math.isnan(loss)
    assert all(torch.equal(a, b) for a, b in zip(before, trainer.net.parameters(), strict=True))
    assert (trainer.state.step, trainer.state.lost) == (1, 1)


def test_a_run_survives_lost_steps_and_counts_them(start, pages, broken_batch, monkeypatch):
    trainer = start(steps=4)
    step = trainer.step
    bad = broken_batch(trainer)
    monkeypatch.setattr(
        trainer, "step", lambda batch: step(bad if trainer.state.step in {1, 2} else batch)
    )

    (row,) = go(trainer, pages)

    assert (row["step"], row["lost_steps"]) == (4, 2)
    assert math.isfinite(row["loss"])
    assert all(tensor.isfinite().all() for tensor in trainer.net.state_dict().values())


def test_a_run_that_only_loses_steps_gives_up(start, pages, broken_batch, monkeypatch):
    trainer = start(steps=100)
    step, bad = trainer.step, broken_batch(trainer)
    monkeypatch.setattr(trainer, "step", lambda _: step(bad))
    monkeypatch.setattr(loop, "MAX_LOST", 3)

    with pytest.raises(TrainingError, match=r"3 steps in a row gave no finite loss; .*lower --lr"):
        go(trainer, pages)

    assert trainer.state.step == 3


@pytest.mark.thorough
def test_steps_can_be_followed(start, pages):
    trainer, steps = start(steps=3), []

    trainer.run(
        PageCache(pages), pages, stop=lambda: False, report=lambda _: None, watch=steps.append
    )

    assert [(step.number, step.items, step.progress) for step in steps] == [
        (1, 2, 1 / 3), (2, 4, 2 / 3), (3, 6, 1),
    ]  # fmt: skip


def test_batches_follow_from_seed_and_step_alone(pages):
    cache = PageCache(pages)
    made = batches(cache, options(), 0)
    first, second = next(made), next(made)

    assert torch.equal(next(batches(cache, options(), 1))[0], second[0])
    assert not torch.equal(first[0], second[0])
    assert not torch.equal(first[0], next(batches(cache, options(seed=1), 0))[0])
    assert first[0].shape == (2, 64, 64, 3)
    assert first[1].shape == (2, 6, 16, 16)


def test_a_picture_that_cannot_be_read_ends_the_run_with_its_name(start, pages):
    pages[0].picture.write_bytes(b"no picture")

    with pytest.raises(PageError, match=r"page\.png: no picture of a supported format"):
        go(start(), pages)


def test_a_damaged_or_missing_checkpoint_is_named(start, tmp_path):
    trainer = start()

    with pytest.raises(TrainingError, match=r"run/checkpoint\.pt: cannot resume"):
        trainer.restore()
    (tmp_path / "run" / CHECKPOINT).write_bytes(b"PK\x03\x04 half")
    with pytest.raises(TrainingError, match=r"run/checkpoint\.pt: cannot resume"):
        trainer.restore()


def test_a_checkpoint_of_another_network_is_refused(start, tmp_path):
    start().checkpoint()
    other = Trainer(tmp_path / "run", WordNet(type(start().net.config)()), options(), {})

    with pytest.raises(TrainingError, match=r"checkpoint\.pt: cannot resume"):
        other.restore()


def test_all_pages_of_an_cache_are_drawn(tmp_path, write_page):
    for name in "abc":
        write_page(tmp_path, name)
    seen = []

    class Watched(PageCache):
        def __getitem__(self, number):
            seen.append(number)
            return super().__getitem__(number)

    made = batches(Watched(read(tmp_path)), options(batch_size=8), 0)
    next(made)
    next(made)
    made.close()

    assert set(np.unique(seen).tolist()) == {0, 1, 2}
