from __future__ import annotations

import pytest

from indexer.query.ast import Phrase, Term
from indexer.search.calibration import calibrated
from indexer.search.score import raw_scores, rescored, score, scored

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


@pytest.mark.parametrize(
    ("linked", "list_", "read"),
    [
        ({0}, {1}, True),
        ({0, 7}, {1, 3}, True),
        ({0}, {}, False),
        ({}, {1}, False),
        ({0}, {7}, False),  # somewhere else on the photo
        ({7}, {1}, False),
    ],
)
def test_a_phrase_counts_as_read_where_each_of_its_words_was_read_in_its_place(linked, list_, read):
    leaves = {PHRASE: {}, LINKED: {1: {0: 0.9}}, LIST: {1: {1: 0.9}}}
    evidence = rescored(
        scored(PHRASE, leaves, {}), [1], read={PHRASE: {}, LINKED: {1: linked}, LIST: {1: list_}}
    )

    # as one word of all its letters
    expected = calibrated(0.81, seen=0.81, letters=10, read=read)
    assert score(PHRASE, evidence) == pytest.approx({1: expected})
