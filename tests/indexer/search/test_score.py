from __future__ import annotations

from pathlib import Path

import pytest

from indexer.entities import Box, Photo, State, Word
from indexer.query.ast import And, Not, Phrase, Term
from indexer.search.present import hit, matched_words
from indexer.search.score import calibrated, raw_scores, rescored, scored

LINKED, LIST, JAVA = Term("linked"), Term("list"), Term("java")
PHRASE = Phrase(("linked", "list"))


def scores_of(node, leaves, lines=None):
    evidence = scored(node, leaves, {})
    return raw_scores(node, rescored(evidence, lines or {}, lines=lines))


def test_calibration_keeps_the_order_and_what_is_certain_and_trusts_middling_scores_less():
    scores = [0.0, 1e-9, 0.001, 0.03, 0.5, 0.8, 0.9, 0.99, 0.9999, 1.0]

    after = [calibrated(score) for score in scores]

    assert after == sorted(set(after))
    assert (after[0], after[-1]) == (0, 1)
    assert after[4:7] == pytest.approx([0.29, 0.47, 0.58], abs=0.01)  # 0.84 becomes one half
    assert after[3] > 0.03


def test_a_phrase_that_goes_on_in_the_next_line_is_half_as_likely():
    leaves = {PHRASE: {}, LINKED: {1: {0: 0.9}, 2: {0: 0.9}}, LIST: {1: {1: 0.9}, 2: {1: 0.9}}}

    scores = scores_of(PHRASE, leaves, {1: {0: 0, 1: 0}, 2: {0: 0, 1: 1}})

    assert scores == pytest.approx({1: 0.81, 2: 0.405})


def test_a_phrase_is_halved_once_between_two_words_however_far_apart_their_lines_are():
    leaves = {PHRASE: {}, LINKED: {1: {0: 0.9}}, LIST: {1: {1: 0.9}}}

    assert scores_of(PHRASE, leaves, {1: {0: 0, 1: 7}}) == pytest.approx({1: 0.405})


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


def test_a_phrase_shows_all_its_words_and_one_within_a_box_shows_that_box():
    leaves = {PHRASE: {2: {4: 0.8}}, LINKED: {1: {0: 0.9}}, LIST: {1: {1: 0.9}}}
    evidence = scored(PHRASE, leaves, {})

    assert matched_words(PHRASE, evidence, 1) == pytest.approx({0: 0.81, 1: 0.81})
    assert matched_words(PHRASE, evidence, 2) == {4: 0.8}


def test_the_line_shown_is_the_one_that_holds_most_of_what_was_asked():
    words = [
        Word(Box(0, 0, 9, 9), 0, "queue", 0.99),
        Word(Box(0, 20, 9, 29), 1, "priority", 0.9),
        Word(Box(10, 20, 19, 29), 1, "queue", 0.9),
    ]
    photo = Photo(1, "hash", State.READ, 99, 99, None, (Path("board.jpg"),))

    found = hit(photo, 0.9, {0: 0.99, 1: 0.9, 2: 0.9}, dict(enumerate(words)))

    assert found.context == "priority queue"
