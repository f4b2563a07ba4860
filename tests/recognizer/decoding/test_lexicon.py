from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

import pytest

from recognizer.decoding import lexicon
from recognizer.decoding.lexicon import Lexicon
from recognizer.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

WORDS = Lexicon({"tree": 1e-4, "vertex": 1e-6, "left": 1e-4, "child": 1e-4, "the": 0.05})


def test_a_listed_word_scores_by_its_frequency_and_its_length() -> None:
    assert WORDS.score("tree") == pytest.approx(1 + 7 * sqrt(1e-4) * 4**4)
    assert WORDS.score("vertex") == pytest.approx(1 + 7 * sqrt(1e-6) * 4**6)


@pytest.mark.parametrize("text", ["", "treee", "tre", "xq", "42", "->", "t"])
def test_other_texts_score_one(text: str) -> None:
    assert WORDS.score(text) == 1


@pytest.mark.parametrize("text", ["Vertex", "VERTEX", "vertex,", "(vertex)", '"Vertex":', "verTex"])
def test_capitals_and_signs_do_not_change_the_score(text: str) -> None:
    assert WORDS.score(text) == WORDS.score("vertex")


@pytest.mark.parametrize(
    "text", ["leftChild", "left_child", "left.child()", "LeftChild", "left-child", "LEFT.child[0]"]
)
def test_a_name_of_several_words_scores_their_product(text: str) -> None:
    assert WORDS.score(text) == pytest.approx(WORDS.score("left") * WORDS.score("child"))


def test_a_name_with_one_listed_word_scores_as_that_word() -> None:
    assert WORDS.score("qqTree") == WORDS.score("tree")


def test_capitals_in_front_of_a_word_are_a_word_of_their_own() -> None:
    words = Lexicon({"http": 1e-5, "request": 1e-5})

    assert words.score("HTTPRequest") == pytest.approx(words.score("http") * words.score("request"))


def test_words_with_accents_are_words() -> None:
    assert Lexicon({"über": 1e-5}).score("Über,") > 1


def test_a_single_letter_scores_one() -> None:
    assert Lexicon({"a": 0.1}).score("a") == 1


def test_the_frequencies_of_the_spellings_of_a_word_add_up() -> None:
    words = Lexicon({"Tree": 1e-4, "tree": 3e-4})

    assert words.score("TREE") == pytest.approx(1 + 7 * sqrt(4e-4) * 4**4)


def test_the_prefix_score_grows_with_every_letter_up_to_the_score_of_the_word() -> None:
    scores = [WORDS.prefix_score("vertex"[:length]) for length in range(7)]

    assert scores == sorted(scores)
    assert scores[:2] == [1, 1]
    assert scores[2] > 1
    assert scores[6] == WORDS.score("vertex")


def test_only_the_last_word_of_a_text_may_be_a_start() -> None:
    assert WORDS.prefix_score("left.ch") > WORDS.prefix_score("left.")
    assert WORDS.prefix_score("left.") == WORDS.score("left")
    assert WORDS.prefix_score("le.child") == WORDS.score("child")


def write(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    return str(path)


def load(*names: str) -> Lexicon:
    return Lexicon(lexicon.frequencies(names))


def test_a_list_has_one_word_a_line_with_a_share_of_running_text_or_without(
    tmp_path: Path,
) -> None:
    words = load(write(tmp_path / "w.txt", "tree\t0.0004\n\nleft 0.0001\nKubernetes\n"))

    assert words.score("tree") == pytest.approx(1 + 7 * sqrt(4e-4) * 4**4)
    assert words.score("left") == pytest.approx(1 + 7 * sqrt(1e-4) * 4**4)
    assert words.score("kubernetes") == pytest.approx(1 + 7 * sqrt(1e-5) * 4**10)


def test_counts_become_shares(tmp_path: Path) -> None:
    words = load(write(tmp_path / "w.txt", "tree 30\nleft 10\n"))

    assert words.score("tree") == pytest.approx(1 + 7 * sqrt(0.75) * 4**4)


def test_lists_add_up(tmp_path: Path) -> None:
    words = load(write(tmp_path / "a.txt", "tree\n"), write(tmp_path / "b.txt", "left\n"))

    assert min(words.score("tree"), words.score("left")) > 1


@pytest.mark.parametrize("names", [("a.txt", "b.txt"), ("b.txt", "a.txt")])
def test_a_word_of_several_lists_has_its_highest_frequency_in_whatever_order_they_come(
    tmp_path: Path, names: tuple[str, ...]
) -> None:
    write(tmp_path / "a.txt", "tree 0.0004\nleft 0.0001\n")
    write(tmp_path / "b.txt", "tree 0.0001\nleft 0.0004\n")

    found = lexicon.frequencies([str(tmp_path / name) for name in names])

    assert found == {"tree": 0.0004, "left": 0.0004}


@pytest.mark.parametrize("line", ["two words here", "tree many", "tree 0", "tree -1", "tree nan"])
def test_a_line_that_is_no_word_with_a_frequency_is_named(tmp_path: Path, line: str) -> None:
    path = write(tmp_path / "w.txt", f"left\n{line}\n")

    with pytest.raises(DataError, match=r"w\.txt, line 2: expected a word and perhaps a frequency"):
        lexicon.frequencies([path])


def test_a_list_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"gone\.txt: cannot read the word list"):
        lexicon.frequencies([str(tmp_path / "gone.txt")])


@pytest.mark.slow
def test_english_words_come_with_their_frequencies() -> None:
    words = load("english")

    assert words.score("the") > words.score("thy") > 1
    assert words.score("algorithm") > 1e3
    assert words.score("algorthm") == 1
    assert words.score("2026") == 1
