from __future__ import annotations

from itertools import pairwise

import pytest

from indexer.search.calibration import MAX_LETTERS, calibrated

SCORES = [0.0, 1e-9, 0.001, 0.03, 0.5, 0.8, 0.9, 0.99, 0.9999, 1.0]


def word(score=0.1, seen=0.1, letters=6, *, read=False):
    return calibrated(score, seen=seen, letters=letters, read=read)


def test_more_evidence_never_lowers_a_calibrated_score():
    for series in (
        [word(score) for score in SCORES],
        [word(seen=seen) for seen in SCORES],
        [word(letters=letters) for letters in range(20)],
        [word(read=read) for read in (False, True)],
    ):
        assert all(a <= b for a, b in pairwise(series))
        assert series[0] < series[-1] < 1


def test_what_nothing_speaks_for_stays_impossible():
    assert word(0.0, letters=12, read=True) == 0


def test_a_long_word_is_believed_where_a_short_one_is_not():
    assert word(0.05, 0.05, letters=8) > 0.5 > word(0.05, 0.05, letters=4)
    assert word(letters=MAX_LETTERS) == word(letters=MAX_LETTERS + 5)


def test_a_word_that_is_read_letter_for_letter_and_was_seen_clearly_is_certain():
    assert word(0.99, 0.99, read=True) > 0.95


@pytest.mark.parametrize(("score", "seen"), [(0.9, 1e-6), (1e-6, 0.9)])
def test_evidence_of_one_kind_alone_is_worth_less_than_of_both(score, seen):
    assert word(score, seen) < word(0.9, 0.9)
