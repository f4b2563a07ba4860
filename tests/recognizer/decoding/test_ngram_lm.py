from __future__ import annotations

import gzip
from math import exp, log
from typing import TYPE_CHECKING

import pytest

from recognizer.decoding import lexicon, ngram_lm, prior
from recognizer.decoding.ngram_lm import END, START, UNKNOWN, LanguageModel
from recognizer.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

ARPA = """\\data\\
ngram 1=6
ngram 2=4
ngram 3=1

\\1-grams:
-2.0\t<unk>
-0.9\t</s>
-99\t<s>\t-0.3
-0.6\ta\t-0.2
-0.8\tb\t-0.1
-1.1\té

\\2-grams:
-0.4\t<s> a\t-0.5
-0.3\ta b
-0.7\tb </s>
-0.2\tb <

\\3-grams:
-0.1\t<s> a b

\\end\\
"""


@pytest.fixture
def model(tmp_path: Path) -> LanguageModel:
    return load(write(tmp_path / "ab.arpa", ARPA))


def write(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    return str(path)


def load(name: str) -> LanguageModel:
    loaded = ngram_lm.load(name)
    assert loaded is not None
    return loaded


def factors(*log_probabilities: float) -> float:
    return exp(sum(0.35 * (2.0 + log(10) * p) for p in log_probabilities))


def test_a_text_scores_the_product_over_its_characters_and_its_end(model: LanguageModel) -> None:
    assert model.score("ab") == pytest.approx(factors(-0.4, -0.1, -0.7))
    assert model.prefix_score("ab") == pytest.approx(factors(-0.4, -0.1))
    assert model.prefix_score("") == 1


def test_an_unseen_ngram_costs_the_back_off_to_a_seen_one(model: LanguageModel) -> None:
    # b at the start: the start's -0.3; a after b: b's -0.1; the end after a: <s> a has no end
    assert model.score("b") == pytest.approx(factors(-0.3 - 0.8, -0.7))
    assert model.score("ba") == pytest.approx(factors(-0.3 - 0.8, -0.1 - 0.6, -0.2 - 0.9))
    assert model.score("a") == pytest.approx(factors(-0.4, -0.5 - 0.2 - 0.9))


def test_an_unknown_character_is_unlikely_but_not_impossible(model: LanguageModel) -> None:
    assert model.prefix_score("ж") == pytest.approx(factors(-0.3 - 2.0))


def test_signs_do_not_change_the_score_but_stand_between_letters(
    model: LanguageModel,
) -> None:
    assert model.prefix_score("ab<") == model.prefix_score("ab") == model.prefix_score("ab!?")
    assert model.prefix_score("a<b") == pytest.approx(factors(-0.4, -0.8))
    assert model.score("<") == pytest.approx(factors(-0.9))


@pytest.mark.parametrize(("text", "same"), [("AB", "ab"), ("É", "é"), ("aB<", "ab<")])
def test_capitals_do_not_matter(model: LanguageModel, text: str, same: str) -> None:
    assert model.score(text) == model.score(same)


def test_a_compressed_model_is_the_same_model(tmp_path: Path, model: LanguageModel) -> None:
    (tmp_path / "ab.gz").write_bytes(gzip.compress(ARPA.encode()))

    assert load(str(tmp_path / "ab.gz")).score("abba") == model.score("abba")


@pytest.mark.parametrize(
    "line",
    ["-0.1\tthe dog", "-0.1\ta  b", "few\ta b", "-0.1\ta b\tno", "nan\ta b", "-0.1\ta b\t-inf"],
)
def test_a_line_that_is_no_ngram_of_characters_is_named(tmp_path: Path, line: str) -> None:
    path = write(tmp_path / "m.arpa", f"\\1-grams:\n-2.0\t<unk>\n{line}\n")

    with pytest.raises(DataError, match=r"m\.arpa, line 3: expected a logarithm"):
        ngram_lm.load(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"tree\nleft\n", "no language model in the ARPA format"),
        (gzip.compress(ARPA.encode(), mtime=0)[:60], "damaged, or no language model"),
        (b"\x1f\x8bmore", "damaged, or no language model"),
        (b"\xff\xfe\x00", "damaged, or no language model"),
    ],
)
def test_a_file_that_is_no_model_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "m.arpa"
    path.write_bytes(content)

    with pytest.raises(DataError, match=rf"m\.arpa: {message}"):
        ngram_lm.load(str(path))


def test_a_model_that_is_missing_is_named(tmp_path: Path) -> None:
    gone = str(tmp_path / "gone.arpa")

    for use in (ngram_lm.load, ngram_lm.content):
        with pytest.raises(DataError, match=r"gone\.arpa: cannot read the language model"):
            use(gone)


@pytest.mark.parametrize("name", ["english", "none"])
def test_a_file_may_be_called_as_a_name_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: LanguageModel, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / name, ARPA)

    assert load(f"./{name}").score("abba") == model.score("abba")
    assert ngram_lm.content(f"./{name}") == ARPA.encode()


def test_the_shipped_model_finds_english_likelier_than_what_nobody_writes() -> None:
    english = load("english")

    for text, other in [("function", "fnuction"), ("hasLeftChild", "hasLeftChlid"), ("a", "q")]:
        assert english.score(text) > 2 * english.score(other)


def test_the_shipped_model_can_spell_every_character_of_the_alphabet() -> None:
    english = load("english")

    assert all(english.score(chr(code)) > 0 for code in range(33, 127))


def test_the_scores_of_model_and_lists_multiply(tmp_path: Path, model: LanguageModel) -> None:
    names = str(tmp_path / "ab.arpa"), (write(tmp_path / "w.txt", "ab\n"),)
    listed = lexicon.Lexicon(lexicon.frequencies(names[1]))

    both = prior.load(*names)

    assert both is not None
    assert both.score("ab") == pytest.approx(model.score("ab") * listed.score("ab"))
    assert both.prefix_score("a") == pytest.approx(
        model.prefix_score("a") * listed.prefix_score("a")
    )


def test_without_a_model_the_lists_are_left_and_without_these_nothing(tmp_path: Path) -> None:
    words = (write(tmp_path / "w.txt", "ab\n"),)

    assert prior.load("none", ()) is None
    assert prior.fingerprint("none", ()) == ""
    assert isinstance(prior.load("none", words), lexicon.Lexicon)


def test_the_fingerprint_of_a_prior_follows_from_the_contents_of_its_files(
    tmp_path: Path, model: LanguageModel
) -> None:
    name, words = str(tmp_path / "ab.arpa"), (write(tmp_path / "w.txt", "ab\n"),)
    seen = {prior.fingerprint(n, w) for n in (name, "english") for w in (words, ("english",), ())}
    copy = write(tmp_path / "copy.arpa", ARPA)

    assert len(seen) == 6
    assert prior.fingerprint(copy, words) == prior.fingerprint(name, words)
    write(tmp_path / "copy.arpa", ARPA.replace("-0.9", "-0.8"))
    assert prior.fingerprint(copy, words) not in seen
    assert model.score("ab") > 0


def test_unknown_start_and_end_are_characters_no_alphabet_has() -> None:
    assert not any(token.isprintable() for token in (UNKNOWN, START, END))
