from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import torch

from recognizer.datasets.batch import Batch
from recognizer.inference.card import Card
from recognizer.network import weights
from recognizer.network.model import CRNN
from recognizer.runs import loop
from recognizer.runs.errors import TrainingError
from recognizer.runs.folder import BEST, METRICS
from recognizer.training import trainer as trainer_module
from recognizer.training.config import TrainConfig

from ..short_runs import CHARSET, PLAIN, TEXTS, Recording, go

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from recognizer.datasets.labelled_crops import LabelledCrop
    from recognizer.runs.state import Step

pytestmark = pytest.mark.thorough


@pytest.mark.slow
def test_a_small_network_learns_eight_drawn_words_by_heart(
    start: Callable[..., Recording], words: list[LabelledCrop]
) -> None:
    config = TrainConfig(
        steps=400, batch_size=8, learning_rate=4e-3, ema=0.8, evaluate_every=10, augment=PLAIN
    )
    shape = {"channels": (24, 48, 64, 96, 128), "hidden": 96, "dropout": 0.0}
    trainer = start("run", config, **shape)

    rows = go(trainer, words, stop=lambda: trainer.state.best == 0)

    assert rows[0]["cer"] > 0.5
    assert trainer.state.best == 0
    model, card = weights.load(trainer.folder / BEST)
    pairs = trainer_module.read_labelled(model, words, card.charset)
    assert sorted(read for _, read in pairs) == sorted(TEXTS)


def test_a_seed_lets_dropout_draw_what_it_drew_in_earlier_versions(
    start: Callable[..., Recording],
) -> None:
    # where two networks, the trained one and its average, had drawn their initial weights
    trainer = start("run", TrainConfig(steps=1))
    torch.manual_seed(3)
    CRNN(trainer.model.config)
    CRNN(trainer.model.config)
    expected = torch.get_rng_state()

    torch.manual_seed(3)
    model = CRNN(trainer.model.config)
    Recording(trainer.folder, model, trainer.card, trainer.config)

    assert torch.equal(torch.get_rng_state(), expected)


def readings(monkeypatch: pytest.MonkeyPatch, errors: Iterator[int]) -> None:
    """Let each evaluation find the next number of wrong characters in ten."""
    truth = "a" * 10
    monkeypatch.setattr(
        trainer_module,
        "read_labelled",
        lambda *_: [(truth, truth[n:] + "x" * n) for n in (next(errors),)],
    )


def test_a_run_stops_early_after_enough_evaluations_without_a_gain(
    start: Callable[..., Recording], words: list[LabelledCrop], monkeypatch: pytest.MonkeyPatch
) -> None:
    readings(monkeypatch, iter([8, 5, 6, 4, 4, 9, 1]))
    config = TrainConfig(steps=50, batch_size=4, evaluate_every=2, early_stopping=2)
    trainer = start("run", config)

    rows = go(trainer, words)

    assert [row["cer"] for row in rows] == [0.8, 0.5, 0.6, 0.4, 0.4, 0.9]
    assert trainer.state.step == 12
    assert trainer.state.best == pytest.approx(0.4)


def test_only_a_better_evaluation_replaces_the_best_weights(
    start: Callable[..., Recording], words: list[LabelledCrop], monkeypatch: pytest.MonkeyPatch
) -> None:
    readings(monkeypatch, iter([8, 5, 6]))

    trainer = start("run", TrainConfig(steps=3, batch_size=4, evaluate_every=1))
    go(trainer, words)

    _, card = weights.load(trainer.folder / BEST)
    assert card.metrics["cer"] == 0.5
    assert card.metrics["step"] == 2


def test_the_best_weights_are_the_averaged_ones(
    start: Callable[..., Recording], words: list[LabelledCrop]
) -> None:
    trainer = start("run", TrainConfig(steps=6, batch_size=4, learning_rate=0.05))
    go(trainer, words)

    saved, _ = weights.load(trainer.folder / BEST)

    head = saved.head.weight
    assert torch.allclose(head, trainer.average.head.weight, atol=1e-3)
    assert not torch.allclose(head, trainer.model.head.weight, atol=1e-3)


def test_every_evaluation_is_a_row_of_json(
    start: Callable[..., Recording], words: list[LabelledCrop]
) -> None:
    trainer = start("run", TrainConfig(steps=5, batch_size=4, evaluate_every=2))

    reported = go(trainer, words)

    lines = (trainer.folder / METRICS).read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    assert rows == reported
    assert [row["step"] for row in rows] == [2, 4, 5]
    assert [row["words"] for row in rows] == [8, 16, 20]
    assert [row["progress"] for row in rows] == [0.4, 0.8, 1]
    assert all(math.isfinite(row["loss"]) and row["loss"] > 0 for row in rows)
    assert all(row["words_per_second"] > 0 for row in rows)


def test_a_row_tells_the_learning_rate_and_the_seconds_of_training(
    start: Callable[..., Recording], words: list[LabelledCrop], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "time", Clock())
    trainer = start("run", TrainConfig(steps=4, batch_size=4, evaluate_every=2))

    rows = go(trainer, words)

    assert [row["lr"] for row in rows] == [trainer.rates[1], trainer.rates[3]]
    assert [row["seconds"] for row in rows] == [2, 4]


def test_every_step_can_be_followed(
    start: Callable[..., Recording], words: list[LabelledCrop], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "time", Clock())
    trainer = start("run", TrainConfig(steps=4, batch_size=4, evaluate_every=2))
    steps: list[Step] = []
    rows: list[dict[str, float]] = []

    trainer.run([words], words, stop=lambda: False, report=rows.append, watch=steps.append)

    assert [step.number for step in steps] == [1, 2, 3, 4]
    assert [step.progress for step in steps] == [0.25, 0.5, 0.75, 1]
    assert [step.items for step in steps] == [4, 8, 12, 16]
    assert [step.elapsed for step in steps] == [1, 2, 3, 4]
    mean = (steps[2].loss + steps[3].loss) / 2
    assert rows[1]["loss"] == pytest.approx(mean, abs=1e-4)


class Clock:
    """A clock on which a second passes whenever somebody looks."""

    now = 0.0

    def monotonic(self) -> float:
        self.now += 1.0
        return self.now


def test_a_run_ends_when_its_time_is_used_up(
    start: Callable[..., Recording], words: list[LabelledCrop], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "time", Clock())
    trainer = start("run", TrainConfig(budget=3, batch_size=4))

    rows = go(trainer, words)

    assert trainer.state.step == 3
    assert [row["progress"] for row in rows] == [1]


def test_whichever_of_steps_and_time_is_reached_first_ends_the_run(
    start: Callable[..., Recording], words: list[LabelledCrop], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "time", Clock())
    by_time = start("time", TrainConfig(budget=3, steps=4, batch_size=4))
    by_steps = start("steps", TrainConfig(budget=4, steps=3, batch_size=4))

    go(by_time, words)
    go(by_steps, words)

    assert by_time.state.step == by_steps.state.step == 3


def test_a_run_without_an_end_is_refused() -> None:
    with pytest.raises(TrainingError, match="needs an end"):
        TrainConfig()


def test_the_learning_rate_rises_shortly_and_then_falls_to_a_hundredth(
    start: Callable[..., Recording], words: list[LabelledCrop]
) -> None:
    peak = 1e-3
    trainer = start("run", TrainConfig(steps=100, batch_size=1, learning_rate=peak))

    go(trainer, words)

    rates = trainer.rates
    top = rates.index(max(rates))
    assert rates[0] < 0.1 * peak
    assert (top, rates[top]) == (3, pytest.approx(peak))
    assert rates[top:] == sorted(rates[top:], reverse=True)
    assert rates[-1] == pytest.approx(0.01 * peak, rel=0.05)


def test_a_reported_loss_is_the_mean_since_the_last_evaluation(
    start: Callable[..., Recording], words: list[LabelledCrop], monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = start("run", TrainConfig(steps=4, batch_size=4, evaluate_every=2))

    def step(batch: Batch) -> float:
        trainer.state.step += 1
        return float(trainer.state.step)

    monkeypatch.setattr(trainer, "step", step)
    rows = go(trainer, words)

    assert [row["loss"] for row in rows] == [1.5, 3.5]


def test_the_spatial_transformer_takes_part_after_a_third_of_the_run(
    start: Callable[..., Recording], words: list[LabelledCrop]
) -> None:
    trainer = start("run", TrainConfig(steps=10, batch_size=4))
    untouched = trainer.model.transformer.parameters_of.weight.clone()

    go(trainer, words, stop=lambda: trainer.state.step == 4)
    before = trainer.model.transformer.parameters_of.weight.clone()
    averaged_before = trainer.average.transforming
    go(trainer, words, stop=lambda: trainer.state.step == 5)

    assert torch.equal(before, untouched)
    assert not averaged_before
    assert not torch.equal(trainer.model.transformer.parameters_of.weight, untouched)
    assert trainer.average.transforming


def test_the_spatial_transformer_can_take_part_from_the_first_step(
    start: Callable[..., Recording], words: list[LabelledCrop]
) -> None:
    trainer = start("run", TrainConfig(steps=10, batch_size=4, transformer_start=0.0))
    untouched = trainer.model.transformer.parameters_of.weight.clone()

    go(trainer, words, stop=lambda: trainer.state.step == 1)

    assert not torch.equal(trainer.model.transformer.parameters_of.weight, untouched)


def test_a_network_without_a_transformer_never_transforms(
    start: Callable[..., Recording], words: list[LabelledCrop]
) -> None:
    trainer = start("run", TrainConfig(steps=2, batch_size=4), transformer=False, shortcut=False)

    go(trainer, words)

    assert not trainer.model.transforming


def test_a_frozen_backbone_stays_while_the_rest_learns(
    start: Callable[..., Recording], words: list[LabelledCrop]
) -> None:
    trainer = start("run", TrainConfig(steps=6, batch_size=4, freeze_backbone=True))
    before = {name: p.detach().clone() for name, p in trainer.model.named_parameters()}

    go(trainer, words)

    frozen = ("stem.", "stages.", "transformer.")
    changed = {n for n, p in trainer.model.named_parameters() if not torch.equal(p, before[n])}
    assert not {name for name in changed if name.startswith(frozen)}
    assert changed == {name for name in before if not name.startswith(frozen)}


def test_data_sets_are_mixed_in_the_proportions_asked_for(
    start: Callable[..., Recording], words: list[LabelledCrop]
) -> None:
    few, many = words[:1], words[1:]
    trainer = start("run", TrainConfig(steps=3, batch_size=16, mix=(1.0, 0.0)))

    trainer.run([few, many], words, stop=lambda: False, report=lambda row: None)

    assert {name for batch in trainer.batches for name in batch} == {words[0].name}


def test_a_word_squeezed_too_narrow_for_its_label_does_not_spoil_the_batch(
    start: Callable[..., Recording], words: list[LabelledCrop]
) -> None:
    squeezed = replace(words[0], crop=words[0].crop[:, :16], labels=CHARSET.encode("tent" * 2))
    trainer = start("run", TrainConfig(steps=1, batch_size=4))

    loss = trainer.step(Batch.of([squeezed, *words[1:4]]))

    assert math.isfinite(loss)
    assert all(p.isfinite().all() for p in trainer.model.parameters())


def test_reading_all_pairs_every_truth_with_its_own_reading(
    words: list[LabelledCrop], random_model: Callable[..., CRNN]
) -> None:
    model = random_model(len(CHARSET)).train()
    card = Card(CHARSET, model.config)

    together = trainer_module.read_labelled(model, words, card.charset)
    alone = [trainer_module.read_labelled(model, [word], card.charset)[0] for word in words]

    assert sorted(truth for truth, _ in together) == sorted(TEXTS)
    assert {t: len(r) for t, r in together} == pytest.approx({t: len(r) for t, r in alone}, abs=2)
    assert not model.training


def test_a_run_stopped_before_its_first_evaluation_still_leaves_weights(
    start: Callable[..., Recording], words: list[LabelledCrop]
) -> None:
    trainer = start("run", TrainConfig(steps=50, batch_size=4, evaluate_every=50))

    rows = go(trainer, words, stop=lambda: len(trainer.batches) == 3)

    assert [row["step"] for row in rows] == [3]
    assert (trainer.folder / BEST).exists()


def test_a_frozen_backbone_keeps_its_normalisation_statistics(
    start: Callable[..., Recording], words: list[LabelledCrop]
) -> None:
    trainer = start("run", TrainConfig(steps=3, batch_size=4, freeze_backbone=True))
    before = {name: t.clone() for name, t in trainer.model.stages.state_dict().items()}

    go(trainer, words)

    after = trainer.model.stages.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert any((g["params"][0].grad is not None) for g in trainer.optimizer.param_groups)
