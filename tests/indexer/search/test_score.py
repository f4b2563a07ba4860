from __future__ import annotations

import pytest

from indexer.query.ast import And, Not, Phrase, Term
from indexer.search.score import raw_scores, rescored, scored

LINKED, LIST, JAVA = Term("linked"), Term("list"), Term("java")
PHRASE = Phrase(("linked", "list"))


def scores_of(node, leaves, lines=None):
    evidence = scored(node, leaves, {})
    return raw_scores(node, rescored(evidence, lines or {}, lines=lines))


@pytest.mark.parametrize(("probability", "left"), [(0.49, 0.9), (0.5, 0.9), (0.51, 0.0)])
def test_a_negated_word_excludes_photos_that_hold_it_more_likely_than_not(probability, left):
    leaves = {LINKED: {1: {0: 0.9}}, JAVA: {1: {1: probability}}}

    scores = scores_of(And((LINKED, Not(JAVA))), leaves)

    assert scores == {1: left}


def test_more_evidence_makes_a_new_value_and_leaves_the_old_one_as_it_was():
    before = scored(LINKED, {LINKED: {1: {0: 0.2}, 2: {0: 0.3}}}, {})

    after = rescored(before, [1], leaves={LINKED: {1: {0: 0.9}, 2: {0: 0.3}}})

    assert raw_scores(LINKED, before) == pytest.approx({1: 0.2, 2: 0.3})
    assert raw_scores(LINKED, after) == pytest.approx({1: 0.9, 2: 0.3})


def test_evidence_that_comes_in_two_parts_scores_as_if_it_came_at_once():
    leaves = {PHRASE: {}, LINKED: {1: {0: 0.9}, 2: {0: 0.9}}, LIST: {1: {1: 0.9}, 2: {1: 0.9}}}
    lines = {1: {0: 0, 1: 1}}
    start = scored(PHRASE, {PHRASE: {}, LINKED: {}, LIST: {}}, {})

    one_way = rescored(rescored(start, [1, 2], leaves=leaves), [1], lines=lines)
    other_way = rescored(rescored(start, [1], lines=lines), [1, 2], leaves=leaves)

    assert raw_scores(PHRASE, one_way) == raw_scores(PHRASE, other_way)
    assert raw_scores(PHRASE, one_way) == pytest.approx({1: 0.405, 2: 0.81})
