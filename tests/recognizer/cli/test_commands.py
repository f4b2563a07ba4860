from __future__ import annotations

import csv
import io
import json
import signal
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from recognizer import recognize
from recognizer.decoding import languages, prior
from recognizer.decoding.automaton import Automaton, Prior
from recognizer.errors import DataError, WeightsError
from recognizer.network import weights
from recognizer.runs.errors import TrainingError
from recognizer.runs.folder import BEST
from recognizer.training import options as opts
from recognizer.training import setup
from recognizer.training.trainer import Trainer

from ..commands import error_of, invoke, ok

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from recognizer.charset import Charset
    from recognizer.decoding.automaton import Floats, Integers, State


TEXTS = ["cat", "dog", "net", "road"]

pytestmark = pytest.mark.usefixtures("small_and_on_the_cpu")


@pytest.fixture
def words(labels_of: Callable[[Sequence[str]], Path]) -> Path:
    return labels_of(TEXTS)


@pytest.mark.parametrize("name", ["read", "evaluate", "train", "synthesize"])
def test_every_command_says_what_it_does(name: str) -> None:
    result = ok(name, "--help")

    assert result.stdout.startswith("Usage:")


def test_reading_prints_each_image_with_its_text(words: Path) -> None:
    result = ok("read", words / "dog.png", words / "cat.png")

    lines = [line.split("\t") for line in result.stdout.splitlines()]
    assert [line[0] for line in lines] == [str(words / "dog.png"), str(words / "cat.png")]
    assert all(len(line) == 2 for line in lines)


def test_reading_a_folder_reads_its_images_in_order_and_nothing_else(words: Path) -> None:
    (words / "deeper").mkdir()
    (words / "road.png").rename(words / "deeper" / "road.PNG")

    result = ok("read", words)

    names = [line.split("\t")[0] for line in result.stdout.splitlines()]
    expected = ["cat.png", "deeper/road.PNG", "dog.png", "net.png"]
    assert names == [str(words / name) for name in expected]


def test_reading_as_json_prints_one_object_a_line(words: Path) -> None:
    result = ok("read", words, "--json", "--alternatives", 3)

    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert len(rows) == len(TEXTS)
    for row in rows:
        assert set(row) == {"image", "text", "confidence", "alternatives"}
        assert len(row["alternatives"]) == 3
        assert row["alternatives"][0][0] == row["text"]
        assert row["confidence"] == pytest.approx(row["alternatives"][0][1], abs=1e-4)


def test_the_command_reads_what_the_recognizer_reads(words: Path, small_weights: Path) -> None:
    crop = recognize.images.load(words / "cat.png")
    expected = recognize.Recognizer(small_weights).read([crop])[0]

    result = ok(
        "read", words / "cat.png", "--json", "--weights", small_weights, "--language", "none"
    )

    assert json.loads(result.stdout)["text"] == expected.text


class Prefers(Prior):
    """A prior that knows one text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def compiled(self, charset: Charset) -> Automaton:
        return OneText(self.text, charset)


class OneText(Automaton):
    """The automaton of `Prefers`; its state is the texts."""

    def __init__(self, text: str, charset: Charset) -> None:
        self.text, self.charset = text, charset

    def start(self, count: int) -> State:
        return (np.full(count, "", object),)

    def extend(self, state: State, texts: Integers, labels: Integers) -> State:
        ends = np.asarray([self.charset.decode([label]) for label in labels], object)
        return (state[0][texts] + ends,)

    def longer_prefix_scores(self, state: State, texts: Integers, labels: Integers) -> Floats:
        return self.prefix_scores(self.extend(state, texts, labels))

    def prefix_scores(self, state: State) -> Floats:
        return np.asarray([1e30 if s and self.text.startswith(s) else 1.0 for s in state[0]])

    def bounds(self, state: State) -> Floats:
        return np.full(len(state[0]), 1e30)

    def scores(self, state: State) -> Floats:
        return np.where(state[0] == self.text, 1e30, 1.0)


@pytest.fixture
def third(words: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The third reading of road.png, which the list and the model `mine` hold."""
    alone = json.loads(ok("read", words / "road.png", "--json", "--language", "none").stdout)
    text = str(alone["alternatives"][2][0])
    known = {
        ("english", ()): None,
        ("english", ("mine",)): Prefers(text),
        ("mine", ()): Prefers(text),
    }
    monkeypatch.setattr(prior, "load", lambda *names: known[names])
    return text


OURS = pytest.mark.parametrize("option", ["--words", "--language"])


@OURS
def test_a_prior_brings_its_texts_forward(words: Path, third: str, option: str) -> None:
    result = ok("read", words / "road.png", option, "mine")

    assert result.stdout.rstrip("\n").split("\t")[1] == third


@OURS
def test_an_evaluation_may_use_a_prior(words: Path, third: str, option: str) -> None:
    (words / "labels.tsv").write_text(f"road.png\t{third}\n", encoding="utf-8")

    plain, listed = (
        json.loads(ok("evaluate", words / "labels.tsv", "--json", *more).stdout)
        for more in (("--languages", "none"), (option, "mine"))
    )

    assert (plain["wer"], listed["wer"]) == (1, 0)


@pytest.mark.parametrize("command", ["read", "evaluate"])
@pytest.mark.parametrize(
    ("option", "what"), [("--words", "the word list"), ("--language", "the language model")]
)
def test_a_prior_that_is_missing_is_named_before_anything_is_read(
    words: Path, tmp_path: Path, command: str, option: str, what: str
) -> None:
    gone = (option, tmp_path / "gone.txt", "--weights", tmp_path / "none.safetensors")

    message = error_of(DataError, command, words / "labels.tsv", *gone)

    assert f"gone.txt: cannot read {what}" in message


@pytest.mark.parametrize("command", ["read", "evaluate"])
@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ((), ["auto"]),
        (("--languages", "auto"), ["auto"]),
        (("--languages", "none"), ["none"]),
        (("--languages", "fr"), [["fr"]]),
        (("--languages", "en, fr"), [["en", "fr"]]),
        (("--language", "none"), [("none", ())]),
        (("--language", "english"), [("english", ())]),
        (("--words", "mine"), [("english", ("mine",))]),
    ],
)
def test_languages_are_found_unless_one_language_or_words_are_given(
    words: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    options: Sequence[str],
    expected: list[object],
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(languages, "load", lambda names, **_: asked.append(names))
    monkeypatch.setattr(prior, "load", lambda *names: asked.append(names))

    ok(command, words / "labels.tsv" if command == "evaluate" else words, *options)

    assert asked == expected


@pytest.mark.parametrize("command", ["read", "evaluate"])
@pytest.mark.parametrize("old", ["--language", "--words"])
def test_languages_beside_an_old_option_is_an_error_that_names_both(
    words: Path, command: str, old: str
) -> None:
    result = invoke(command, words / "labels.tsv", "--languages", "auto", old, "english")

    assert result.exit_code == 2
    assert f"--languages and {old}" in result.stderr


@pytest.mark.parametrize("name", ["xx", "english", "en,xx", "", "en,,fr", "auto,fr"])
def test_a_language_that_there_is_not_is_named_with_those_that_there_are(
    words: Path, name: str
) -> None:
    message = error_of(DataError, "read", words / "cat.png", "--languages", name)

    assert "is no language: give en, fr, de, es, it, pt, nl, or an existing file" in message


def test_readings_can_be_written_as_a_table(words: Path, tmp_path: Path) -> None:
    printed = ok("read", words, "--csv", tmp_path / "out.csv").stdout.splitlines()

    with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["image", "text", "confidence"]
    assert ["\t".join(row[:2]) for row in rows[1:]] == printed
    assert all(0 <= float(row[2]) <= 1 for row in rows[1:])


def test_a_table_that_cannot_be_written_is_named(words: Path, tmp_path: Path) -> None:
    message = error_of(DataError, "read", words, "--csv", tmp_path / "gone" / "out.csv")

    assert "out.csv: cannot write" in message


def test_images_that_cannot_be_read_are_named_and_the_others_are_read(words: Path) -> None:
    (words / "bad.png").write_bytes(b"no image")

    result = invoke("read", words, words / "gone.png")

    assert result.exit_code == 6
    assert "bad.png" in result.stderr
    assert "gone.png" in result.stderr
    assert len(result.stdout.splitlines()) == len(TEXTS)


def test_more_images_than_are_held_in_memory_are_all_read(
    words: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recognize, "FILES_AT_A_TIME", 3)

    assert len(ok("read", words).stdout.splitlines()) == len(TEXTS)


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
