from __future__ import annotations

import pytest

from indexer.query.ast import Phrase, Term
from indexer.search.score import raw_scores, rescored, scored

LINKED, LIST = Term("linked"), Term("list")
PHRASE = Phrase(("linked", "list"))


def scores_of(node, leaves, lines):
    return raw_scores(node, rescored(scored(node, leaves, {}), lines, lines=lines))


def test_a_phrase_that_goes_on_in_the_next_line_is_half_as_likely():
    leaves = {PHRASE: {}, LINKED: {1: {0: 0.9}, 2: {0: 0.9}}, LIST: {1: {1: 0.9}, 2: {1: 0.9}}}

    scores = scores_of(PHRASE, leaves, {1: {0: 0, 1: 0}, 2: {0: 0, 1: 1}})

    assert scores == pytest.approx({1: 0.81, 2: 0.405})


def test_a_phrase_is_halved_once_between_two_words_however_far_apart_their_lines_are():
    leaves = {PHRASE: {}, LINKED: {1: {0: 0.9}}, LIST: {1: {1: 0.9}}}

    assert scores_of(PHRASE, leaves, {1: {0: 0, 1: 7}}) == pytest.approx({1: 0.405})
