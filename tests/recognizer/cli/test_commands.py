from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from recognizer.errors import DataError, WeightsError
from recognizer.runs.errors import TrainingError
from recognizer.training import options as opts
from recognizer.training import setup

from ..commands import invoke, ok

if TYPE_CHECKING:
    from pathlib import Path


pytestmark = pytest.mark.usefixtures("small_and_on_the_cpu")


@pytest.mark.parametrize("name", ["read", "evaluate", "train", "synthesize"])
def test_every_command_says_what_it_does(name: str) -> None:
    result = ok(name, "--help")

    assert result.stdout.startswith("Usage:")


@pytest.mark.thorough
def test_weights_that_are_missing_end_the_command_with_their_code(
    words: Path, tmp_path: Path
) -> None:
    result = invoke("read", words, "--weights", tmp_path / "none.safetensors")

    assert isinstance(result.exception, WeightsError)
    assert result.exception.exit_code == 5
    assert "none.safetensors" in str(result.exception)


def test_data_that_is_missing_is_named(tmp_path: Path) -> None:
    result = invoke("evaluate", tmp_path / "gone.tsv")

    assert isinstance(result.exception, DataError)
    assert result.exception.exit_code == 2
    assert "gone.tsv" in str(result.exception)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[opts.TrainOptions]:
    """What training was asked for; it answers at once."""
    seen: list[opts.TrainOptions] = []

    def run(options: opts.TrainOptions, *_: object, **__: object) -> float:
        seen.append(options)
        return 0.25

    monkeypatch.setattr(setup, "train", run)
    return seen


@pytest.mark.parametrize(
    ("budget", "seconds"), [("90s", 90), ("30m", 1800), ("2h", 7200), ("0.5h", 1800)]
)
def test_a_budget_is_a_number_with_a_unit(
    asked: list[opts.TrainOptions], budget: str, seconds: float
) -> None:
    ok("train", "--data", "x.tsv", "--budget", budget)

    assert asked[0].budget == seconds


@pytest.mark.parametrize(
    "budget", ["30", "m", "half", "1d", "", "-5m", "0s", "nanm", "infh", "1e999h"]
)
def test_a_budget_that_is_no_time_is_refused(asked: list[opts.TrainOptions], budget: str) -> None:
    result = invoke("train", "--data", "x.tsv", f"--budget={budget}")

    assert result.exit_code == 2
    assert f"'--budget': '{budget}': expected a number and s, m or h" in result.stderr
    assert asked == []


def test_options_of_training_have_their_documented_defaults(asked: list[opts.TrainOptions]) -> None:
    ok("train", "--data", "a.tsv", "--data", "b.zip", "--epochs", 3)

    options = asked[0]
    assert options.data == ("a.tsv", "b.zip")
    assert (options.epochs, options.budget, options.init) == (3, None, None)
    assert (options.batch_size, options.lr, options.train_portion) == (64, 1.5e-3, 0.9)
    assert (options.resume, options.freeze_backbone, options.seed) == (False, False, 0)


@pytest.mark.parametrize(
    "wrong",
    [
        ("--epochs", 0),
        ("--epochs", "nan"),
        ("--lr", "nan"),
        ("--lr", "inf"),
        ("--lr", -1),
        ("--lr", 0),
        ("--memory", "nan"),
        ("--memory", 0),
        ("--train-portion", "nan"),
        ("--seed", -1),
        ("--batch-size", 0),
        ("--train-portion", 1.5),
        ("--early-stopping", 0),
        ("--evaluate-every", 0),
    ],
)
def test_values_out_of_range_are_refused_with_the_option(
    asked: list[opts.TrainOptions], wrong: tuple[str, object]
) -> None:
    result = invoke("train", "--data", "x.tsv", *wrong)

    assert result.exit_code == 2
    assert wrong[0] in result.stderr
    assert asked == []


@pytest.mark.parametrize(
    ("command", "option"),
    [
        ("train-language", ("--prune", "nan")),
        ("train-language", ("--prune", -1)),
        ("train-language", ("--seed", -1)),
        ("synthesize", ("--seed", -1)),
        ("synthesize", ("--count", 0)),
        ("evaluate", ("--alternatives", 0)),
    ],
)
def test_numbers_without_a_sense_are_refused_by_every_command(
    tmp_path: Path, command: str, option: tuple[str, object]
) -> None:
    more = {
        "train-language": ("--out", tmp_path / "model.arpa"),
        "synthesize": ("words", tmp_path / "words.zip"),
        "evaluate": ("labels.tsv",),
    }

    result = invoke(command, *more[command], *option)

    assert result.exit_code == 2
    assert f"Invalid value for '{option[0]}'" in result.stderr


@pytest.mark.parametrize("portion", [0, 1])
def test_a_train_portion_that_leaves_nothing_is_refused_with_what_to_give(
    words: Path, tmp_path: Path, portion: int
) -> None:
    data = ("--data", words / "labels.tsv", "--epochs", 1, "--out", tmp_path / "run")

    result = invoke("train", *data, "--train-portion", portion)

    assert isinstance(result.exception, TrainingError)
    assert str(result.exception) == (
        f"--train-portion {portion}: leaves no word to train or to evaluate on; "
        "give a share between 0 and 1, or --dev"
    )


def test_training_without_data_is_refused() -> None:
    result = invoke("train", "--epochs", 1)

    assert result.exit_code == 2
    assert "--data" in result.stderr
