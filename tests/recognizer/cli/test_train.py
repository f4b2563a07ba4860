from __future__ import annotations

import io
import json
import signal
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from recognizer.network import weights
from recognizer.runs.errors import TrainingError
from recognizer.runs.folder import BEST
from recognizer.training import setup
from recognizer.training.trainer import Trainer

from ..commands import invoke, ok
from .conftest import TEXTS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


pytestmark = [pytest.mark.thorough, pytest.mark.usefixtures("small_and_on_the_cpu")]


def test_training_reports_and_leaves_the_best_weights(words: Path, tmp_path: Path) -> None:
    out = tmp_path / "mine"
    data = ("--data", words / "labels.tsv", "--train-portion", 0.5)

    result = ok("train", *data, "--init", "shipped", "--epochs", 2, "--batch-size", 2, "--out", out)

    _, card = weights.load(out / BEST)
    assert card.provenance["data"] == [str(words / "labels.tsv")]
    assert "100%  step 2" in result.stderr
    assert f"{out}: best CER {card.metrics['cer']:.4f}" in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize("terminal", [True, False])
def test_only_a_terminal_shows_progress_between_evaluations(
    words: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, terminal: bool
) -> None:
    from recognizer.runs import console

    monkeypatch.setattr(console, "TERMINAL_PAUSE", 0.0)
    stderr = io.StringIO()
    monkeypatch.setattr(stderr, "isatty", lambda: terminal)
    monkeypatch.setattr(console, "sys", SimpleNamespace(stderr=stderr))
    data = ("--data", words / "labels.tsv", "--train-portion", 0.5, "--batch-size", 2)

    ok("train", *data, "--init", "shipped", "--epochs", 2, "--out", tmp_path / "mine")

    shown = stderr.getvalue()
    assert ("\r 50%  step 1  loss" in shown) is terminal
    assert terminal or "step 1" not in shown
    assert "100%  step 2  loss" in shown


def test_trained_weights_can_be_evaluated(words: Path, tmp_path: Path) -> None:
    out = tmp_path / "mine"
    data = ("--data", words / "labels.tsv", "--dev", words / "labels.tsv")
    ok("train", *data, "--init", "shipped", "--epochs", 1, "--out", out)

    result = ok("evaluate", words / "labels.tsv", "--weights", out / BEST, "--json")

    assert json.loads(result.stdout)["words"] == len(TEXTS)


def test_training_goes_on_when_some_words_cannot_be_learned(words: Path, tmp_path: Path) -> None:
    with (words / "labels.tsv").open("a", encoding="utf-8") as file:
        file.write("gone.png\tgone\n")
    data = ("--data", words / "labels.tsv", "--dev", words / "labels.tsv")

    result = ok("train", *data, "--init", "shipped", "--epochs", 1, "--out", tmp_path / "mine")

    assert "gone.png" in result.stderr
    assert (tmp_path / "mine" / BEST).exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_asks_training_to_stop_and_is_then_handled_as_before(
    monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    answers = []

    def run(options: object, samples: object, stop: Callable[[], bool], **_: Any) -> float:
        answers.append(stop())
        signal.raise_signal(number)
        answers.append(stop())
        return 0.25

    monkeypatch.setattr(setup, "train", run)
    before = signal.getsignal(number)
    ok("train", "--data", "x.tsv", "--epochs", 1)

    assert answers == [False, True]
    assert signal.getsignal(number) == before


def test_training_that_is_stopped_before_its_first_step_says_how_to_go_on(
    words: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = Trainer.run

    def interrupted(*parts: Any, **more: Any) -> None:
        signal.raise_signal(signal.SIGTERM)
        plain(*parts, **more)

    monkeypatch.setattr(Trainer, "run", interrupted)
    data = ("--data", words / "labels.tsv", "--dev", words / "labels.tsv", "--init", "shipped")

    result = ok("train", *data, "--epochs", 1, "--out", tmp_path / "run")

    assert f"nothing measured yet, because no step was taken; go on with --resume {tmp_path}" in (
        result.stderr
    )


def test_an_error_of_training_comes_with_its_code(words: Path, tmp_path: Path) -> None:
    result = invoke("train", "--data", words / "labels.tsv", "--out", tmp_path / "run")

    assert isinstance(result.exception, TrainingError)
    assert result.exception.exit_code == 2
    assert "needs an end" in str(result.exception)
