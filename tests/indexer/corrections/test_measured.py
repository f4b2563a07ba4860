"""Figures before and after learning, and the verdict."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from indexer.corrections.measured import ReadWord, Verdict, figures, interval, judge

GUARD = [ReadWord("hand", "queue", "queue", 1.0)] * 300


def read(*right: bool, words: int = 1, group: str = "") -> list[ReadWord]:
    """Words of as many photos as there are arguments, right or wrong."""
    return [
        ReadWord(group or str(photo), "depth", "depth" if is_right else "death", 0.9)
        for photo, is_right in enumerate(right)
        for _ in range(words)
    ]


def test_case_and_accents_count_only_as_written():
    found = figures([ReadWord("p", "Élan", "elan", 1.0), ReadWord("p", "->", "->", 1.0)])

    assert found.wrong_words == 0.5
    assert found.cer == 1 / 6
    assert found.folded_wrong_words == found.folded_cer == 0


def test_signs_alone_are_compared_as_they_are():
    assert figures([ReadWord("p", "->", "=>", 1.0)]).folded_wrong_words == 1


def test_calibration_is_perfect_where_a_tenth_of_words_with_nine_tenths_is_wrong():
    words = [ReadWord("p", "a", "a" if n else "b", 0.9) for n in range(10)]

    assert figures(words).calibration_error == pytest.approx(0)
    assert figures([ReadWord("p", "a", "b", 1.0)]).calibration_error == 1


def test_the_bootstrap_agrees_with_all_draws_of_six_photos():
    sizes = [1, 2, 3, 4, 5, 6]
    gains = [1, -1, 2, 0, 3, -2]
    before, after = [], []
    for photo, (size, gain) in enumerate(zip(sizes, gains, strict=True)):
        for word in range(size):
            better, worse = word < gain, word < -gain
            before += read(not better, group=str(photo))
            after += read(not worse, group=str(photo))
    changes = [
        -sum(gains[p] for p in draw) / sum(sizes[p] for p in draw)
        for draw in itertools.product(range(6), repeat=6)
    ]

    exact = np.quantile(changes, [0.025, 0.975])

    assert interval(before, after) == pytest.approx(tuple(exact), abs=0.02)


def test_the_bootstrap_draws_photos_not_words():
    """Fifty words of one photo say hardly more than one of them."""
    one = interval(read(False, True, words=50), read(True, True, words=50))

    assert one == pytest.approx((-1, 0))


def test_fewer_wrong_words_on_enough_photos_are_better():
    judged = judge(read(*[False] * 20, words=10), read(*[True] * 20, words=10), GUARD, GUARD)

    assert judged.verdict is Verdict.BETTER
    assert judged.interval == (-1, -1)


@pytest.mark.parametrize(("photos", "words"), [(14, 10), (4, 50)])
def test_few_words_or_photos_are_too_few(photos: int, words: int):
    before, after = read(*[False] * photos, words=words), read(*[True] * photos, words=words)

    judged = judge(before, after, GUARD, GUARD)

    assert judged.verdict is Verdict.TOO_FEW
    assert f"{photos * words} held-out words on {photos} checked photos" in judged.why


def test_nothing_held_out_is_too_few():
    assert judge([], [], GUARD, GUARD).verdict is Verdict.TOO_FEW


def test_a_gain_that_may_be_chance_is_too_few():
    before = read(*[True, False] * 10, words=10)
    after = read(*[False] + [True] * 3 + [True, False] * 8, words=10)

    assert judge(before, after, GUARD, GUARD).verdict is Verdict.TOO_FEW


def test_no_gain_is_worse():
    words = read(*[False] * 20, words=10)

    assert judge(words, words, GUARD, GUARD).verdict is Verdict.WORSE


def test_other_hands_that_are_read_worse_are_forgotten():
    before, after = read(*[False] * 20, words=10), read(*[True] * 20, words=10)
    worse = [*GUARD[5:], *[ReadWord("hand", "queue", "quene", 1.0)] * 5]

    assert judge(before, after, GUARD, worse).verdict is Verdict.FORGETS
    assert judge(before, after, GUARD, [*GUARD[4:], *worse[-4:]]).verdict is Verdict.BETTER


def test_probabilities_that_mislead_are_forgotten_too():
    before, after = read(*[False] * 20, words=10), read(*[True] * 20, words=10)
    unsure = [ReadWord("hand", "queue", "queue", 0.9)] * 300

    judged = judge(before, after, GUARD, unsure)

    assert judged.verdict is Verdict.FORGETS
    assert "probabilities" in judged.why
