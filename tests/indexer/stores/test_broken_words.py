"""Words that a line end breaks in two."""

from __future__ import annotations

import pytest

from indexer.entities import Box, Word, WordIndex
from indexer.stores.broken_words import (
    beginning_at,
    broken_words,
    covered,
    is_broken,
    joined,
    placed,
)

BOX = Box(0, 0, 10, 10)


def page(*lines):
    """Words of a photo, each surely read as it is written; lines of words between blanks."""
    return [
        Word(BOX, number, text, 0.9, ((text, 0.9),), b"")
        for number, line in enumerate(lines)
        for text in line.split()
    ]


def found(words):
    return [
        (joined(first, last).text, list(covered(index)))
        for index, first, last in broken_words(placed(words))
    ]


@pytest.mark.parametrize("hyphen", ["-", "‐", "‑", "–", "—", "¬", "=", "~", "--"])
def test_a_word_goes_on_behind_a_hyphen_at_the_end_of_a_line(hyphen):
    words = page(f"pattern recog{hyphen}", "nition system")

    assert found(words) == [("recognition", [1, 2])]


def test_a_hyphen_in_a_box_of_its_own_belongs_to_the_word_before_it():
    assert found(page("pattern recog -", "nition system")) == [("recognition", [1, 2, 3])]


@pytest.mark.parametrize(
    "lines",
    [
        ("recog", "nition"),
        ("recog- nition",),
        ("recog-",),
        ("recog-", "5 times"),
        ("recog-", "- nition"),
        ("5-", "nition"),
        ("-", "nition"),
        ("5 -", "nition"),
        ("x.-", "nition"),
        (),
    ],
)
def test_other_ends_of_lines_break_no_word(lines):
    assert found(page(*lines)) == []


def test_several_lines_may_end_within_words_and_within_one():
    assert found(page("recog-", "nition sys-", "tem")) == [
        ("recognition", [0, 1]),
        ("system", [2, 3]),
    ]
    assert found(page("re-", "cog-", "nition")) == [("recog-", [0, 1]), ("cognition", [1, 2])]


@pytest.mark.parametrize(("chance", "is_found"), [(0.19, False), (0.21, True)])
def test_a_hyphen_that_another_reading_holds_counts_where_it_is_likely(chance, is_found):
    first, last = page("recog.", "nition")
    unsure = Word(BOX, 0, "recog.", 0.5, (("recog.", 0.5), ("recog-", chance)), b"")

    assert len(found([unsure, last])) == is_found
    assert found([first, last]) == []


def test_readings_of_both_pieces_are_joined_likeliest_first():
    first = Word(BOX, 0, "recog-", 0.6, (("recog-", 0.6), ("recoq-", 0.4)), b"")
    last = Word(BOX, 1, "nition", 0.5, (("nition", 0.5), ("niton", 0.1)), b"")

    word = joined(first, last)

    assert (word.text, word.confidence) == ("recognition", pytest.approx(0.3))
    assert [text for text, _ in word.alternatives] == [
        *("recognition", "recoqnition", "recogniton", "recoqniton")
    ]


def test_an_index_tells_which_boxes_a_word_covers():
    assert [list(covered(index)) for index in beginning_at(7)] == [[7], [7, 8], [7, 8, 9]]
    assert [is_broken(index) for index in beginning_at(7)] == [False, True, True]


def test_on_a_photo_with_very_many_words_the_last_ones_are_left_in_pieces():
    first, last = page("recog-", "nition")

    for place, count in ((16_383, 1), (16_384, 0), (40_000, 0)):
        words = {WordIndex(place): first, WordIndex(place + 1): last}
        assert len(list(broken_words(words))) == count
