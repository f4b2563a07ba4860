from __future__ import annotations

import csv
import io
import json
import signal
import zipfile
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result

from recognizer import lexicon, recognize, train, training, weights
from recognizer import options as opts
from recognizer.cli import COMMANDS
from recognizer.errors import DataError, TrainingError, WeightsError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PIL import Image

TEXTS = ["cat", "dog", "net", "road"]

pytestmark = pytest.mark.usefixtures("small_and_on_the_cpu")


@pytest.fixture
def words(tmp_path: Path, draw: Callable[..., Image.Image]) -> Path:
    """A folder of drawn words with their labels."""
    folder = tmp_path / "words"
    folder.mkdir()
    for text in TEXTS:
        draw(text).save(folder / f"{text}.png")
    rows = "".join(f"{text}.png\t{text}\n" for text in TEXTS)
    (folder / "labels.tsv").write_text(rows, encoding="utf-8")
    return folder


def invoke(name: str, *arguments: object) -> Result:
    command = next(command for command in COMMANDS if command.name == name)
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


def ok(name: str, *arguments: object) -> Result:
    result = invoke(name, *arguments)
    assert result.exit_code == 0, (result.output, result.exception)
    return result


def error_of(kind: type[Exception], name: str, *arguments: object) -> str:
    result = invoke(name, *arguments)
    assert isinstance(result.exception, kind), (result.output, result.exception)
    return str(result.exception)


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


def test_reading_says_what_the_recognizer_reads(words: Path, small_weights: Path) -> None:
    crop = recognize.images.load(words / "cat.png")
    expected = recognize.Recognizer(small_weights).read([crop])[0]

    result = ok("read", words / "cat.png", "--json", "--weights", small_weights)

    assert json.loads(result.stdout)["text"] == expected.text


class Prefers:
    """A lexicon that knows one text."""

    def __init__(self, text: str) -> None:
        self.text = text

    def reward(self, text: str) -> float:
        return 1e30 if text == self.text else 1.0

    promise = reward


@pytest.fixture
def third(words: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The third reading of road.png, which the list `mine.txt` holds."""
    alone = json.loads(ok("read", words / "road.png", "--json").stdout)
    text = str(alone["alternatives"][2][0])
    lists = {("mine.txt",): Prefers(text), (): None}
    monkeypatch.setattr(lexicon, "load", lists.__getitem__)
    return text


def test_a_word_list_brings_its_words_forward(words: Path, third: str) -> None:
    result = ok("read", words / "road.png", "--words", "mine.txt")

    assert result.stdout.rstrip("\n").split("\t")[1] == third


def test_an_evaluation_may_use_a_word_list(words: Path, third: str) -> None:
    (words / "labels.tsv").write_text(f"road.png\t{third}\n", encoding="utf-8")

    plain, listed = (
        json.loads(ok("evaluate", words / "labels.tsv", "--json", *more).stdout)
        for more in ((), ("--words", "mine.txt"))
    )

    assert (plain["wer"], listed["wer"]) == (1, 0)


@pytest.mark.parametrize("command", ["read", "evaluate"])
def test_a_word_list_that_is_missing_is_named_before_anything_is_read(
    words: Path, tmp_path: Path, command: str
) -> None:
    gone = ("--words", tmp_path / "gone.txt", "--weights", tmp_path / "none.safetensors")

    message = error_of(DataError, command, words / "labels.tsv", *gone)

    assert "gone.txt: cannot read the word list" in message


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


def test_more_images_than_one_chunk_are_all_read(
    words: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from recognizer import cli

    monkeypatch.setattr(cli._chunks, "__defaults__", (3,))

    assert len(ok("read", words).stdout.splitlines()) == len(TEXTS)


def test_weights_that_are_missing_end_the_command_with_their_code(
    words: Path, tmp_path: Path
) -> None:
    result = invoke("read", words, "--weights", tmp_path / "none.safetensors")

    assert isinstance(result.exception, WeightsError)
    assert result.exception.exit_code == 5
    assert "none.safetensors" in str(result.exception)


def test_evaluating_prints_a_report_for_people(words: Path) -> None:
    result = ok("evaluate", words / "labels.tsv")

    assert result.stdout.startswith("4 words, beam search, 10 readings a word, ")
    assert "by confidence" in result.stdout


def test_evaluating_as_json_prints_one_object(words: Path, small_weights: Path) -> None:
    result = ok("evaluate", words / "labels.tsv", "--json", "--weights", small_weights)

    report = json.loads(result.stdout)
    assert report["words"] == len(TEXTS)
    assert report["wer"] == 1
    assert report["words_per_second"] > 0
    assert list(report["recall"]) == ["1", "5", "10"]


def test_evaluating_as_markdown_prints_tables(words: Path) -> None:
    result = ok("evaluate", words / "labels.tsv", "--markdown")

    assert "| scores | as written | folded |\n| --- | ---: | ---: |" in result.stdout


def test_evaluating_for_programs_and_for_people_at_once_is_refused(words: Path) -> None:
    result = invoke("evaluate", words / "labels.tsv", "--markdown", "--json")

    assert result.exit_code == 2
    assert "--json and --markdown" in result.stderr


def test_hands_that_the_labels_name_are_evaluated_apart(words: Path) -> None:
    rows = "".join(f"{text}.png\t{text}\thand-{text[0]}\n" for text in TEXTS)
    (words / "labels.tsv").write_text(rows, encoding="utf-8")

    report = json.loads(ok("evaluate", words / "labels.tsv", "--json").stdout)

    assert list(report["hands"]) == ["hand-c", "hand-d", "hand-n", "hand-r"]


def test_the_truth_is_looked_for_in_as_many_readings_as_asked_for(words: Path) -> None:
    result = ok("evaluate", words / "labels.tsv", "--json", "--alternatives", 5)

    report = json.loads(result.stdout)
    assert report["alternatives"] == 5
    assert list(report["recall"]) == ["1", "5"]


def test_greedy_evaluation_reads_the_best_path(words: Path, small_weights: Path) -> None:
    from recognizer.decode import greedy
    from recognizer.evaluate import score

    recognizer = recognize.Recognizer(small_weights)
    crops = [recognize.images.load(words / f"{text}.png") for text in TEXTS]
    texts = [greedy(logits, recognizer.card.charset) for logits in recognizer.logits(crops)]

    report = json.loads(ok("evaluate", words / "labels.tsv", "--json", "--greedy").stdout)

    assert report["decoding"] == "greedy"
    assert report["cer"] == score(zip(TEXTS, texts, strict=True)).cer
    assert list(report["recall"]) == ["1"]


def test_the_worst_words_are_drawn_beside_the_report(words: Path, tmp_path: Path) -> None:
    result = ok("evaluate", words / "labels.tsv", "--worst", tmp_path / "worst.png")

    assert "by confidence" in result.stdout
    assert (tmp_path / "worst.png").read_bytes().startswith(b"\x89PNG")


def test_the_worst_words_are_shown_with_their_own_pictures(
    words: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from recognizer import sheet

    shown: list[sheet.Misread] = []
    monkeypatch.setattr(sheet, "write", lambda path, misread, title: shown.extend(misread))

    ok("evaluate", words / "labels.tsv", "--worst", tmp_path / "worst.png")

    assert sorted(each.word.truth for each in shown) == sorted(TEXTS)
    for each in shown:
        expected = recognize.images.load(words / f"{each.word.truth}.png")
        assert each.crop.tolist() == expected.tolist()


def test_a_picture_that_cannot_be_written_does_not_cost_the_report(
    words: Path, tmp_path: Path
) -> None:
    result = invoke("evaluate", words / "labels.tsv", "--worst", tmp_path / "gone" / "worst.png")

    assert isinstance(result.exception, DataError)
    assert "by confidence" in result.stdout


def test_evaluating_compares_each_reading_with_its_own_truth(words: Path) -> None:
    read = [json.loads(line) for line in ok("read", words, "--json").stdout.splitlines()]
    rows = "".join(f"{row['image']}\t{row['text']}\n" for row in reversed(read))
    (words / "labels.tsv").write_text(rows, encoding="utf-8")

    # as many alternatives as reading gives: the beam is as wide
    result = ok("evaluate", words / "labels.tsv", "--json", "--alternatives", 5)
    report = json.loads(result.stdout)

    assert len({row["text"] for row in read}) > 1
    assert report["cer"] == 0


def test_words_in_a_zip_file_are_evaluated_like_those_in_a_folder(
    words: Path, tmp_path: Path
) -> None:
    with zipfile.ZipFile(tmp_path / "words.zip", "w") as archive:
        for path in words.iterdir():
            archive.write(path, path.name)

    zipped = json.loads(ok("evaluate", tmp_path / "words.zip", "--json").stdout)
    loose = json.loads(ok("evaluate", words / "labels.tsv", "--json").stdout)

    assert zipped.pop("words_per_second") > 0
    assert loose.pop("words_per_second") > 0
    assert zipped == loose


def test_data_that_is_missing_is_named(tmp_path: Path) -> None:
    result = invoke("evaluate", tmp_path / "gone.tsv")

    assert isinstance(result.exception, DataError)
    assert result.exception.exit_code == 2
    assert "gone.tsv" in str(result.exception)


def test_training_reports_and_leaves_the_best_weights(words: Path, tmp_path: Path) -> None:
    out = tmp_path / "mine"
    data = ("--data", words / "labels.tsv", "--train-portion", 0.5)

    result = ok("train", *data, "--init", "shipped", "--epochs", 2, "--batch-size", 2, "--out", out)

    _, card = weights.load(out / train.BEST)
    assert card.provenance["data"] == [str(words / "labels.tsv")]
    assert "100%  step 2" in result.stderr
    assert f"{out}: best CER {card.metrics['cer']:.4f}" in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize("terminal", [True, False])
def test_only_a_terminal_shows_progress_between_evaluations(
    words: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, terminal: bool
) -> None:
    from recognizer import cli_train, progress

    monkeypatch.setattr(progress, "ON_TERMINAL", 0.0)
    stderr = io.StringIO()
    monkeypatch.setattr(stderr, "isatty", lambda: terminal)
    monkeypatch.setattr(cli_train, "sys", SimpleNamespace(stderr=stderr))
    data = ("--data", words / "labels.tsv", "--train-portion", 0.5, "--batch-size", 2)

    result = ok("train", *data, "--init", "shipped", "--epochs", 2, "--out", tmp_path / "mine")

    assert ("\r 50%  step 1  loss" in result.stderr) is terminal
    assert terminal or "step 1" not in result.stderr
    assert "100%  step 2  loss" in result.stderr


def test_trained_weights_can_be_evaluated(words: Path, tmp_path: Path) -> None:
    out = tmp_path / "mine"
    data = ("--data", words / "labels.tsv", "--dev", words / "labels.tsv")
    ok("train", *data, "--init", "shipped", "--epochs", 1, "--out", out)

    result = ok("evaluate", words / "labels.tsv", "--weights", out / train.BEST, "--json")

    assert json.loads(result.stdout)["words"] == len(TEXTS)


def test_training_goes_on_when_some_words_cannot_be_learned(words: Path, tmp_path: Path) -> None:
    with (words / "labels.tsv").open("a", encoding="utf-8") as file:
        file.write("gone.png\tgone\n")
    data = ("--data", words / "labels.tsv", "--dev", words / "labels.tsv")

    result = ok("train", *data, "--init", "shipped", "--epochs", 1, "--out", tmp_path / "mine")

    assert "gone.png" in result.stderr
    assert (tmp_path / "mine" / train.BEST).exists()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[opts.Options]:
    """What training was asked for; it answers at once."""
    seen: list[opts.Options] = []

    def run(options: opts.Options, *_: object, **__: object) -> float:
        seen.append(options)
        return 0.25

    monkeypatch.setattr(training, "run", run)
    return seen


@pytest.mark.parametrize(
    ("budget", "seconds"), [("90s", 90), ("30m", 1800), ("2h", 7200), ("0.5h", 1800)]
)
def test_a_budget_is_a_number_with_a_unit(
    asked: list[opts.Options], budget: str, seconds: float
) -> None:
    ok("train", "--data", "x.tsv", "--budget", budget)

    assert asked[0].budget == seconds


@pytest.mark.parametrize("budget", ["30", "m", "half", "1d", "", "-5m", "0s", "nanm"])
def test_a_budget_that_is_no_time_is_refused(asked: list[opts.Options], budget: str) -> None:
    message = error_of(TrainingError, "train", "--data", "x.tsv", f"--budget={budget}")

    assert f"--budget '{budget}'" in message
    assert asked == []


def test_options_of_training_have_their_documented_defaults(asked: list[opts.Options]) -> None:
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
        ("--batch-size", 0),
        ("--train-portion", 1.5),
        ("--early-stopping", 0),
        ("--evaluate-every", 0),
    ],
)
def test_values_out_of_range_are_refused_with_the_option(
    asked: list[opts.Options], wrong: tuple[str, object]
) -> None:
    result = invoke("train", "--data", "x.tsv", *wrong)

    assert result.exit_code == 2
    assert wrong[0] in result.stderr
    assert asked == []


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

    monkeypatch.setattr(training, "run", run)
    before = signal.getsignal(number)
    ok("train", "--data", "x.tsv", "--epochs", 1)

    assert answers == [False, True]
    assert signal.getsignal(number) == before


def test_an_error_of_training_comes_with_its_code(words: Path, tmp_path: Path) -> None:
    result = invoke("train", "--data", words / "labels.tsv", "--out", tmp_path / "run")

    assert isinstance(result.exception, TrainingError)
    assert result.exception.exit_code == 2
    assert "needs an end" in str(result.exception)
