from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from recognizer.decoding import ngram_lm
from recognizer.decoding.ngram_lm import END, START
from recognizer.errors import DataError
from recognizer.training import ngram_estimation

from ..commands import error_of, ok

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = {"banana": 5.0, "Band": 3.0, "nab": 1.0, "<b>": 1.0}
CHARACTERS = {*"band<>", END}


def loaded(path: Path, model: ngram_estimation.BackoffModel) -> ngram_lm.LanguageModel:
    ngram_estimation.write(path, model)
    read = ngram_lm.load(str(path))
    assert read is not None
    return read


@pytest.mark.parametrize("least", [0.0, 0.003, 1.0])
def test_after_any_context_what_may_follow_adds_up_to_one(tmp_path: Path, least: float) -> None:
    model = loaded(tmp_path / "m.arpa.gz", ngram_estimation.estimate(TEXTS, 4, least))

    for context in ("", START, "n", "an", "nan", "xyz", START + "ba"):
        total = sum(10 ** model.log_probability(context + c) for c in CHARACTERS)
        unseen = (128 - len(CHARACTERS)) * 10 ** model.log_probability(context + "?")
        assert total + unseen == pytest.approx(1, abs=0.02)  # written with two decimals


def test_what_follows_often_is_likelier(tmp_path: Path) -> None:
    model = loaded(tmp_path / "m.arpa", ngram_estimation.estimate(TEXTS, 4, 0))

    assert model.log_probability("ana") > model.log_probability("and")
    assert model.log_probability("bna") > model.log_probability("bnb")
    assert model.log_probability(START + "b") > model.log_probability(START + "n")


def test_counts_decide_how_far_a_context_is_believed() -> None:
    few, many = (
        ngram_estimation.estimate({text: n * k for text, n in TEXTS.items()}, 2, 0)
        for k in (1, 100)
    )

    assert many.backoffs["n"] < few.backoffs["n"]
    assert many.probabilities["na"] > few.probabilities["na"]


def test_the_probability_of_a_short_alphabet_is_that_of_witten_and_bell() -> None:
    model = ngram_estimation.estimate({"ab": 1.0}, 2, 0)

    a = (1 + 3 / 128) / (3 + 3)  # three characters seen once each, the end among them
    assert model.probabilities["a"] == pytest.approx(a)
    assert model.probabilities[START + "a"] == pytest.approx((1 + a) / 2)


def test_pruning_leaves_out_what_helps_least() -> None:
    whole, pruned = (ngram_estimation.estimate(TEXTS, 4, least) for least in (0, 0.03))

    assert set(pruned.probabilities) < set(whole.probabilities)
    assert "nana" in pruned.probabilities
    assert all(ngram[:-1] in pruned.probabilities for ngram in pruned.probabilities if ngram[1:])


@pytest.mark.slow
def test_a_language_is_learned_from_labels_and_words_by_one_command(tmp_path: Path) -> None:
    labels = tmp_path / "data" / "labels.tsv"
    labels.parent.mkdir()
    labels.write_text("a.png\tGrößße\n", encoding="utf-8")
    words = labels.with_name("w.txt")
    words.write_text("über 3\n", encoding="utf-8")
    out = tmp_path / "de.arpa.gz"
    given = ("--data", labels, "--words", words, "--out", out)

    result = ok("train-language", *given)
    first = out.read_bytes()
    out.unlink()
    ok("train-language", *given)

    assert f"{out}: " in result.stderr
    assert out.read_bytes() == first
    german = ngram_lm.load(str(out))
    assert german is not None
    assert german.score("größße") > german.score("grossse")
    assert german.score("über") > german.score("uber")


@pytest.mark.parametrize("given", [(), ("--words", "empty.txt"), ("--data", "spaces.tsv")])
def test_a_language_has_to_be_learned_from_texts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty.txt").touch()
    (tmp_path / "spaces.tsv").write_text("a.png\t\x07 \x02\n", encoding="utf-8")

    message = error_of(DataError, "train-language", *given, "--out", "x.arpa")

    assert "no text to estimate from: give --data, --words or both" in message
    assert not (tmp_path / "x.arpa").exists()


def test_a_model_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"gone/m\.arpa: cannot write"):
        ngram_estimation.write(tmp_path / "gone" / "m.arpa", ngram_estimation.estimate(TEXTS, 2, 0))
