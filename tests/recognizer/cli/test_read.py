from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from recognizer import recognize
from recognizer.decoding import languages, prior
from recognizer.decoding.automaton import Automaton, Prior
from recognizer.errors import DataError

from ..commands import error_of, invoke, ok
from .conftest import TEXTS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from recognizer.decoding.automaton import Floats, Integers, State
    from recognizer.posteriors.charset import Charset


pytestmark = pytest.mark.usefixtures("small_and_on_the_cpu")


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
