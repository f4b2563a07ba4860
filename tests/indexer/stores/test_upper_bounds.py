"""The words that could say a pattern, chosen by the characters that they may hold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from indexer.stores import upper_bounds
from indexer.stores.upper_bounds import Prefilter, likeliest

CHARACTERS = "abcdefgh"
COST = 50
"""Of each character that a word lacks."""


@dataclass
class Words:
    """A segment of words that surely say their texts, each on a photo of its own."""

    texts: list[str]

    @property
    def size(self):
        return len(self.texts)

    @property
    def counts(self):
        return np.ones(self.size, np.uint32)

    def plane(self, kind, character):
        sign = CHARACTERS[character]
        test = (str.__contains__, str.startswith, str.endswith)[kind]
        return np.packbits([test(text, sign) for text in self.texts])

    def costs(self, characters, entries):
        lacking = [
            sum(CHARACTERS[c] not in self.texts[entry] for c in characters) for entry in entries
        ]
        return np.array(lacking, np.uint16) * COST


@dataclass
class Required:
    """The requirements of a pattern: it holds some characters, and begins and ends with some."""

    contained: list[int]
    begins: int | None = None
    ends: int | None = None


ABC = Required([0, 1, 2], begins=0)
TEXTS = ["abc", "cab", "ab", "h", "acb", "b", "abcd", "bc", "efgh"]


def filtered(texts, required=ABC, allowed=None):
    marks = np.ones(len(texts), bool) if allowed is None else np.array(allowed)
    return Prefilter.of(Words(texts), required, marks)


def chosen(*segments, required=ABC):
    found = likeliest([filtered(texts, required) for texts in segments])
    return [[texts[i] for i in some] for texts, some in zip(segments, found, strict=True)]


def test_words_are_sorted_by_how_many_requirements_they_lack():
    levels = filtered(TEXTS)

    assert [levels.count(level) for level in range(4)] == [3, 2, 1, 3]
    assert [TEXTS[i] for i in levels.words(1)] == ["abc", "acb", "abcd"]
    assert [TEXTS[i] for i in levels.words(2)] == ["abc", "cab", "ab", "acb", "abcd"]
    assert levels.words(4).tolist() == list(range(len(TEXTS)))


def test_a_pattern_may_say_how_a_word_ends():
    levels = filtered(["ab", "ba"], Required([0, 1], ends=1))

    assert levels.words(1).tolist() == [0]


def test_words_of_other_photos_are_left_out_at_every_level():
    kept = [text != "acb" for text in TEXTS]

    assert [filtered(TEXTS, allowed=kept).count(level) for level in range(4)] == [2, 2, 1, 3]
    there = filtered(TEXTS).restricted_to(np.array([text == "ab" for text in TEXTS]))
    assert [there.count(level) for level in range(4)] == [0, 1, 0, 0]


def test_words_that_lack_something_are_scored_only_if_the_others_are_few(monkeypatch):
    monkeypatch.setattr(upper_bounds, "MIN_SCORED", 3)

    assert chosen(["abc", "acb", "abcd", "ab"]) == [["abc", "acb", "abcd"]]
    assert chosen(["abc", "acb", "ab"]) == [["abc", "acb", "ab"]]
    assert chosen(["abc", "h"], ["ab", "ac"]) == [["abc"], ["ab", "ac"]]
    assert chosen(["abc", "h"], ["ab", "b"]) == [["abc", "h"], ["ab", "b"]]


def test_words_that_lack_something_are_left_out_where_they_are_too_many_to_rank(monkeypatch):
    monkeypatch.setattr(upper_bounds, "MAX_RANKED", 3)

    assert chosen(["abc", "ab", "ac"]) == [["abc", "ab", "ac"]]
    assert chosen(["abc", "ab", "ac", "acd"]) == [["abc"]]


def test_of_too_many_words_the_likeliest_are_scored(monkeypatch):
    monkeypatch.setattr(upper_bounds, "MIN_SCORED", 1)
    monkeypatch.setattr(upper_bounds, "MAX_SCORED", 2)
    required = Required([0])
    segments = [filtered(["a", "a", "a"], required)]
    segments[0].segment.costs = lambda _, entries: np.array([2, 9, 1], np.uint16)[entries]

    assert [sorted(found.tolist()) for found in likeliest(segments)] == [[0, 2]]


@pytest.mark.parametrize(("cost", "scored"), [(200, 3), (300, 1)])
def test_words_below_the_bound_are_scored_only_to_make_up_the_number(monkeypatch, cost, scored):
    monkeypatch.setattr(upper_bounds, "MIN_SCORED", 1)
    segments = [filtered(["a", "a", "a"], Required([0]))]
    segments[0].segment.costs = lambda _, entries: np.array([0, cost, cost], np.uint16)[entries]

    assert sum(map(len, likeliest(segments))) == scored
