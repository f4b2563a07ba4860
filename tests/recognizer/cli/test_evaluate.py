from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING

import pytest

from recognizer import recognize
from recognizer.errors import DataError

from ..commands import invoke, ok
from .conftest import TEXTS

if TYPE_CHECKING:
    from pathlib import Path


pytestmark = [pytest.mark.thorough, pytest.mark.usefixtures("small_and_on_the_cpu")]


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
    from recognizer.decoding.best_path import greedy
    from recognizer.evaluation.metrics import score

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


def test_the_worst_words_are_shown_with_their_own_crops(
    words: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from recognizer.evaluation import contact_sheet

    shown: list[contact_sheet.MisreadWord] = []
    monkeypatch.setattr(contact_sheet, "write", lambda path, misread, title: shown.extend(misread))

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
