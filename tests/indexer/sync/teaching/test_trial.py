"""The trial of teachers: the good one may label, the weaker one may not."""

from __future__ import annotations

import random

import pytest

from indexer.entities import Box, Word
from indexer.sync.teaching.alignment import TaughtWord
from indexer.sync.teaching.trial import MIN_WORDS, TriedWord, is_taken, tried


def read(text, *others):
    return Word(Box(0, 0, 9, 9), 0, text, 0.7, ((text, 0.7), *((o, 0.1) for o in others)))


def pages(count, noise, *, seed=0, confident=True):
    """Checked words: 86 of 100 read right, two thirds of the others kept; a teacher with noise."""
    chance = random.Random(seed)
    found = []
    for number in range(count):
        truth = f"word{number}"
        ours = read(truth, "other")
        if chance.random() > 0.86:
            ours = read("other", truth) if chance.random() < 0.68 else read("other")
        is_wrong = chance.random() < noise
        said = f"werd{number}" if is_wrong else truth
        sure = chance.uniform(0.2, 0.7) if is_wrong else chance.uniform(0.6, 1.0)
        found.append(TriedWord(truth, ours, TaughtWord(said, sure if confident else 1.0)))
    return found


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("confident", [True, False])
def test_truth_with_two_percent_noise_is_kept_and_right(seed, confident):
    trial = tried(pages(300, 0.02, seed=seed, confident=confident))

    assert trial.refusal == ""
    assert trial.taken >= 0.8
    assert trial.taken_right >= 0.97


@pytest.mark.parametrize("seed", range(5))
def test_a_weaker_teacher_is_refused_with_both_figures(seed):
    trial = tried(pages(300, 0.44, seed=seed))

    assert "it is the weaker one" in trial.refusal
    assert trial.differing_right < trial.ours_differing_right


def test_too_few_checked_words_say_nothing_of_a_teacher():
    assert f"at least {MIN_WORDS}" in tried(pages(MIN_WORDS - 1, 0.0)).refusal
    assert tried(pages(MIN_WORDS, 0.0)).refusal == ""


def test_without_any_word_there_are_no_figures():
    trial = tried([])

    assert (trial.right, trial.taken, trial.least_confidence) == (None, None, None)
    assert trial.refusal


def test_the_least_confidence_is_where_agreement_is_right_often_enough():
    sure = [TriedWord("a", read("a"), TaughtWord("a", 0.9))] * 97
    wrong = [TriedWord("b", read("a"), TaughtWord("a", 0.9))] * 3
    unsure = [TriedWord("b", read("a"), TaughtWord("a", 0.5))] * 5

    assert tried(sure + wrong + unsure).least_confidence == 0.9
    assert tried(sure + wrong * 2).least_confidence is None


def test_our_best_reading_is_taken_and_others_by_confidence_only():
    word = read("quene", "queue")

    assert is_taken(word, TaughtWord("quene", 0.1), None)
    assert is_taken(word, TaughtWord("queue", 0.9), 0.8)
    assert not is_taken(word, TaughtWord("queue", 0.7), 0.8)
    assert not is_taken(word, TaughtWord("queue", 1.0), None)
    assert not is_taken(word, TaughtWord("quiche", 1.0), 0.0)
