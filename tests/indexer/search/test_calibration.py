from __future__ import annotations

from itertools import pairwise

import pytest

from indexer.search.calibration import MAX_LETTERS, MIN_CALIBRATED, calibrated, calibrated_product

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


@pytest.mark.parametrize("words", [2, 3, 6])
def test_several_words_are_likelier_together_than_their_product_but_keep_its_order(words):
    products = [1e-9, 0.001, 0.1, 0.3, 0.6, 0.9]

    after = [calibrated_product(product, words) for product in products]

    assert after == sorted(set(after))
    assert all(p > product for p, product in zip(after[1:], products[1:], strict=True))
    assert after[0] < 0.01
    assert after[-1] < 1


def test_a_single_word_keeps_its_score_and_what_is_impossible_stays_so():
    assert calibrated_product(0.3, 1) == 0.3
    assert calibrated_product(0.0, 2) == 0.0


@pytest.mark.parametrize("tiny", [1e-300, 1e-12, 1e-9])
def test_what_is_not_impossible_is_never_calibrated_below_a_least_score(tiny):
    assert word(tiny, tiny, letters=0) >= MIN_CALIBRATED
    assert all(calibrated_product(tiny, words) >= MIN_CALIBRATED for words in range(2, 9))
