from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
import torch

from recognizer.datasets.samples import Sample
from recognizer.errors import DataError
from recognizer.inference import pretrained
from recognizer.network import weights
from recognizer.posteriors.charset import ASCII
from recognizer.runs import checkpoint, curves
from recognizer.runs.errors import TrainingError
from recognizer.runs.folder import BEST, CHECKPOINT, CURVES
from recognizer.training import config, initial_network, setup, words_in_memory
from recognizer.training.options import TrainOptions
from recognizer.training.trainer import Trainer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from recognizer.runs.state import Step

pytestmark = pytest.mark.thorough

TEXTS = ["cat", "dog", "net", "road", "water", "street", "one", "coast", "win", "sea"]


@dataclass
class Session:
    """What a run is given and what it says, without the minutes it would take."""

    data: dict[str, list[Sample]]
    options: TrainOptions
    lines: list[str] = field(default_factory=list)
    rows: list[dict[str, float]] = field(default_factory=list)

    def run(self, stop: Callable[[], bool] = lambda: False, **changes: Any) -> float:
        options = replace(self.options, **changes)
        return setup.train(
            options, self.data.__getitem__, stop, report=self.rows.append, say=self.lines.append
        )


@pytest.fixture
def session(
    tmp_path: Path,
    small_weights: Path,
    crop: Callable[[str], NDArray[np.uint8]],
    monkeypatch: pytest.MonkeyPatch,
) -> Session:
    """Ten drawn words, to fine-tune a small network on."""
    monkeypatch.setattr(setup, "best_device", lambda: torch.device("cpu"))
    options = TrainOptions(
        data=("words",),
        dev=None,
        mix=None,
        out=tmp_path / "run",
        init=small_weights,
        resume=False,
        budget=None,
        epochs=2.0,
        batch_size=4,
        lr=1e-3,
        early_stopping=None,
        train_portion=0.8,
        freeze_backbone=False,
        evaluate_every=100,
        seed=0,
    )
    samples = [Sample(f"{text}.png", text, "", partial(crop, text)) for text in TEXTS]
    return Session({"words": samples}, options)


@dataclass
class Started:
    """A run that was prepared but takes no step."""

    trainer: Trainer
    data: list[list[str]]
    dev: list[str]


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Started]:
    """The runs that were prepared; none of them trains."""
    runs: list[Started] = []

    def prepare(trainer: Trainer, data: Any, dev: Any, **_: object) -> None:
        sets = [[word.name for word in part] for part in data]
        runs.append(Started(trainer, sets, [word.name for word in dev]))

    monkeypatch.setattr(Trainer, "run", prepare)
    return runs


def test_a_run_leaves_its_best_weights_and_returns_their_error_rate(session: Session) -> None:
    best = session.run()

    _, card = weights.load(session.options.out / BEST)
    assert best == pytest.approx(card.metrics["cer"], abs=1e-4)
    assert [row["step"] for row in session.rows] == [4]


def test_a_fine_tuned_network_says_where_it_comes_from(session: Session) -> None:
    session.run(seed=3)

    _, card = weights.load(session.options.out / BEST)
    assert card.provenance == {"data": ["words"], "seed": 3, "init": {"data": ["drawn"]}}
    assert card.charset.symbols == ASCII


def test_a_fine_tuned_network_begins_with_the_given_weights(
    session: Session, started: list[Started], small_weights: Path
) -> None:
    session.run()

    expected = weights.load(small_weights)[0].state_dict()
    model = started[0].trainer.model.state_dict()
    assert all(torch.equal(tensor, expected[name]) for name, tensor in model.items())


def test_fine_tuning_can_begin_with_the_shipped_weights(
    session: Session, started: list[Started], small_weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pretrained, "WEIGHTS", small_weights)

    session.run(init=type(small_weights)(initial_network.PRETRAINED))

    assert started[0].trainer.card.provenance["init"] == {"data": ["drawn"]}


def test_only_a_fine_tuned_network_straightens_words_from_the_first_step(
    session: Session, started: list[Started], tmp_path: Path
) -> None:
    session.run()
    session.run(init=None, out=tmp_path / "new")

    starts = [run.trainer.config.transformer_start for run in started]
    assert starts == [0.0, config.TRANSFORMER_START]


def test_a_new_network_can_write_every_character_of_its_words(
    session: Session, started: list[Started], crop: Callable[[str], NDArray[np.uint8]]
) -> None:
    session.data["words"] = [Sample(f"{n}.png", "für", "", partial(crop, "für")) for n in range(9)]

    session.run(init=None)

    trainer = started[0].trainer
    assert trainer.card.charset.symbols == ASCII + "ü"
    assert trainer.model.head.out_features == len(ASCII) + 2
    assert session.lines == []


@pytest.mark.slow
def test_a_resumed_run_takes_the_steps_of_an_uninterrupted_one(
    session: Session, tmp_path: Path
) -> None:
    session.run(out=tmp_path / "whole")

    asked = iter([False, False, True])
    session.run(out=tmp_path / "halves", stop=lambda: next(asked))
    session.run(out=tmp_path / "halves", init=None, resume=True)

    whole, halves = (
        checkpoint.read(tmp_path / name / CHECKPOINT, torch.device("cpu"))
        for name in ("whole", "halves")
    )
    assert whole["state"]["step"] == halves["state"]["step"] == 4
    for part in ("model", "average"):
        assert all(torch.equal(t, halves[part][name]) for name, t in whole[part].items())
    assert halves["card"] == whole["card"]


@pytest.mark.slow
def test_the_curves_are_drawn_after_every_evaluation_and_go_on_after_a_resume(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[list[float]] = []

    def figure(rows: list[dict[str, float]], panel: curves.Panel) -> Any:
        drawn.append([row["step"] for row in rows])
        return real(rows, panel)

    real = curves.figure
    monkeypatch.setattr(curves, "figure", figure)

    session.run(evaluate_every=1, stop=lambda: len(session.rows) == 2)
    session.run(evaluate_every=1, init=None, resume=True)

    assert drawn == [[1], [1, 2], [1, 2, 3], [1, 2, 3, 4]]
    assert (session.options.out / CURVES).exists()


def test_curves_that_cannot_be_drawn_do_not_stop_a_run(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ImportError("No module named 'matplotlib'")

    monkeypatch.setattr(curves, "figure", broken)

    session.run(evaluate_every=2)

    assert [row["step"] for row in session.rows] == [2, 4]
    picture = session.options.out / CURVES
    assert session.lines == [f"{picture}: not drawn (No module named 'matplotlib')"] * 2


def test_the_steps_of_a_run_can_be_followed(session: Session) -> None:
    steps: list[Step] = []

    setup.train(
        session.options,
        session.data.__getitem__,
        stop=lambda: False,
        report=session.rows.append,
        say=session.lines.append,
        watch=steps.append,
    )

    assert [step.number for step in steps] == [1, 2, 3, 4]


def test_resuming_keeps_the_alphabet_of_the_run_although_the_data_has_grown(
    session: Session, started: list[Started], crop: Callable[[str], NDArray[np.uint8]]
) -> None:
    session.run(init=None)
    started[0].trainer.checkpoint()
    session.data["words"] = [
        Sample("new.png", "für", "", partial(crop, "für")),
        *session.data["words"],
    ]

    session.run(init=None, resume=True, train_portion=0.5)

    assert started[1].trainer.card.charset.symbols == ASCII
    assert session.lines == [
        "skipped new.png: characters outside the alphabet: 'ü'",
        f"words skipped: 1; {session.options.out / words_in_memory.SKIPPED} names them",
    ]


def test_resuming_where_no_run_is_names_the_missing_checkpoint(session: Session) -> None:
    with pytest.raises(TrainingError, match=r"checkpoint\.pt: cannot resume"):
        session.run(resume=True, init=None)


def test_resuming_from_a_checkpoint_of_another_program_is_refused(session: Session) -> None:
    session.options.out.mkdir()
    torch.save({"model": {}}, session.options.out / CHECKPOINT)

    with pytest.raises(TrainingError, match=r"checkpoint\.pt: cannot resume"):
        session.run(resume=True, init=None)


def test_a_run_never_overwrites_another(session: Session) -> None:
    session.run()
    before = (session.options.out / CHECKPOINT).read_bytes()

    with pytest.raises(TrainingError, match=r"holds a run already; continue it with --resume"):
        session.run()

    assert (session.options.out / CHECKPOINT).read_bytes() == before


def test_a_run_without_an_end_is_refused_before_anything_is_read(session: Session) -> None:
    session.data.clear()

    with pytest.raises(TrainingError, match="needs an end"):
        session.run(epochs=None)


def test_words_are_set_aside_to_measure_on_and_not_learned(
    session: Session, started: list[Started]
) -> None:
    session.run()

    learned, dev = started[0].data[0], started[0].dev
    assert len(learned) == 8
    assert sorted(learned + dev) == sorted(f"{text}.png" for text in TEXTS)


def test_the_same_words_are_set_aside_for_the_same_seed(
    session: Session, started: list[Started]
) -> None:
    for seed in (1, 1, 2):
        session.run(seed=seed, train_portion=0.5)

    assert started[0].dev == started[1].dev
    assert started[0].dev != started[2].dev


def test_words_are_set_aside_from_every_set(session: Session, started: list[Started]) -> None:
    words = session.data["words"]
    session.data = {"left": words[:5], "right": words[5:]}

    session.run(data=("left", "right"))

    assert [len(part) for part in started[0].data] == [4, 4]
    left = {sample.name for sample in words[:5]}
    assert len(left & set(started[0].dev)) == 1


def test_given_dev_words_leave_all_the_data_to_learn_from(
    session: Session, started: list[Started]
) -> None:
    session.data["dev"] = session.data["words"][:3]

    session.run(dev="dev")

    assert len(started[0].data[0]) == len(TEXTS)
    assert started[0].dev == ["cat.png", "dog.png", "net.png"]


@pytest.mark.parametrize(("epochs", "steps"), [(2.0, 4), (0.5, 1), (0.01, 1), (10, 20)])
def test_an_epoch_is_as_many_batches_as_the_words_fill(
    session: Session, started: list[Started], epochs: float, steps: int
) -> None:
    session.run(epochs=epochs)

    assert started[0].trainer.config.steps == steps


def test_what_the_user_asked_for_reaches_the_run(session: Session, started: list[Started]) -> None:
    session.run(
        epochs=None,
        budget=90.0,
        lr=0.01,
        early_stopping=4,
        freeze_backbone=True,
        evaluate_every=7,
        seed=8,
        mix="1",
    )

    assert started[0].trainer.config == config.TrainConfig(
        budget=90.0,
        batch_size=4,
        learning_rate=0.01,
        evaluate_every=7,
        early_stopping=4,
        seed=8,
        freeze_backbone=True,
        transformer_start=0.0,
        mix=(1.0,),
    )


@pytest.mark.parametrize(
    "mix", ["half", "1", "0.5,0.2,0.3", "-1,2", "0,0", "", "nan,1", "1,nan", "inf,1"]
)
def test_a_mix_that_does_not_fit_the_data_is_refused(session: Session, mix: str) -> None:
    with pytest.raises(TrainingError, match=f"--mix '{mix}'"):
        session.run(data=("words", "words"), mix=mix)


def test_skipped_words_are_said_with_their_reason(
    session: Session, started: list[Started], crop: Callable[[str], NDArray[np.uint8]]
) -> None:
    def broken() -> NDArray[np.uint8]:
        msg = "broken.png: not a readable word image"
        raise DataError(msg)

    session.data["words"].append(Sample("broken.png", "broken", "", broken))

    session.run(dev="words")

    assert len(started[0].data[0]) == len(TEXTS)
    assert "skipped broken.png: broken.png: not a readable word image" in session.lines


@pytest.mark.parametrize("portion", [0.01, 0.99])
def test_a_run_with_nothing_to_learn_or_to_measure_on_is_refused(
    session: Session, portion: float
) -> None:
    with pytest.raises(TrainingError, match="give more --data, --dev or another"):
        session.run(train_portion=portion)
