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


def test_a_listed_word_is_rewarded_by_its_frequency_and_its_length() -> None:
    assert WORDS.reward("tree") == pytest.approx(1 + 16 * sqrt(1e-4) * 5**4)
    assert WORDS.reward("vertex") == pytest.approx(1 + 16 * sqrt(1e-6) * 5**6)


@pytest.mark.parametrize("text", ["", "treee", "tre", "xq", "42", "->", "t"])
def test_other_texts_are_neither_rewarded_nor_forbidden(text: str) -> None:
    assert WORDS.reward(text) == 1


@pytest.mark.parametrize("text", ["Vertex", "VERTEX", "vertex,", "(vertex)", '"Vertex":', "verTex"])
def test_capitals_and_signs_do_not_defeat_the_list(text: str) -> None:
    assert WORDS.reward(text) == WORDS.reward("vertex")


@pytest.mark.parametrize(
    "text", ["leftChild", "left_child", "left.child()", "LeftChild", "left-child", "LEFT.child[0]"]
)
def test_a_name_of_several_words_is_rewarded_for_each(text: str) -> None:
    assert WORDS.reward(text) == pytest.approx(WORDS.reward("left") * WORDS.reward("child"))


def test_a_name_with_one_listed_word_is_rewarded_for_that() -> None:
    assert WORDS.reward("qqTree") == WORDS.reward("tree")


def test_capitals_in_front_of_a_word_are_a_word_of_their_own() -> None:
    words = Lexicon({"http": 1e-5, "request": 1e-5})

    assert words.reward("HTTPRequest") == pytest.approx(
        words.reward("http") * words.reward("request")
    )


def test_words_with_accents_are_words() -> None:
    assert Lexicon({"über": 1e-5}).reward("Über,") > 1


def test_a_single_letter_is_never_rewarded() -> None:
    assert Lexicon({"a": 0.1}).reward("a") == 1


def test_spellings_of_a_word_share_their_reward() -> None:
    words = Lexicon({"Tree": 1e-4, "tree": 3e-4})

    assert words.reward("TREE") == pytest.approx(1 + 16 * sqrt(4e-4) * 5**4)


def test_a_start_promises_more_with_every_letter_and_a_complete_word_what_it_is_worth() -> None:
    promises = [WORDS.promise("vertex"[:length]) for length in range(7)]

    assert promises == sorted(promises)
    assert promises[:2] == [1, 1]
    assert promises[2] > 1
    assert promises[6] == WORDS.reward("vertex")


def test_only_the_last_word_of_a_text_may_be_a_start() -> None:
    assert WORDS.promise("left.ch") > WORDS.promise("left.")
    assert WORDS.promise("left.") == WORDS.reward("left")
    assert WORDS.promise("le.child") == WORDS.reward("child")


def write(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    return str(path)


def load(*names: str) -> Lexicon:
    return Lexicon(lexicon.frequencies(names))


def test_a_list_has_one_word_a_line_with_a_share_of_running_text_or_without(
    tmp_path: Path,
) -> None:
    words = load(write(tmp_path / "w.txt", "tree\t0.0004\n\nleft 0.0001\nKubernetes\n"))

    assert words.reward("tree") == pytest.approx(1 + 16 * sqrt(4e-4) * 5**4)
    assert words.reward("left") == pytest.approx(1 + 16 * sqrt(1e-4) * 5**4)
    assert words.reward("kubernetes") == pytest.approx(1 + 16 * sqrt(1e-5) * 5**10)


def test_counts_become_shares(tmp_path: Path) -> None:
    words = load(write(tmp_path / "w.txt", "tree 30\nleft 10\n"))

    assert words.reward("tree") == pytest.approx(1 + 16 * sqrt(0.75) * 5**4)


def test_lists_add_up(tmp_path: Path) -> None:
    words = load(write(tmp_path / "a.txt", "tree\n"), write(tmp_path / "b.txt", "left\n"))

    assert min(words.reward("tree"), words.reward("left")) > 1


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

    assert words.reward("the") > words.reward("thy") > 1
    assert words.reward("algorithm") > 1e4
    assert words.reward("algorthm") == 1
    assert words.reward("2026") == 1
