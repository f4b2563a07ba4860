"""What a teacher says of a line comes to the words that say it."""

from __future__ import annotations

from indexer.entities import Box, Word
from indexer.sync.teaching.alignment import TaughtWord, taught_words
from indexer.sync.teaching.teacher import TaughtReading

LINE = [
    Word(Box(at, 0, at + 80, 30), 0, text, 0.8)
    for at, text in ((0, "sort"), (100, "the"), (200, "queue"))
]


def chance(word, text):
    """Words say what was read there, and hardly anything else."""
    return 0.6 if word.text == text else 1e-9


def said(*readings, asked=(), words=LINE):
    return {i: w.text for i, w in taught_words(readings, asked, words, chance).items()}


def line(text, confidence=None, box=Box(0, 0, 300, 30)):  # noqa: B008 - frozen
    return TaughtReading(text, confidence, box)


def test_each_word_of_a_line_comes_to_its_box():
    assert said(line("sort the queue")) == {0: "sort", 1: "the", 2: "queue"}


def test_a_box_that_says_another_word_and_its_neighbours_are_left_out():
    assert said(line("sort a queue")) == {}
    assert said(line("sort the quiche")) == {0: "sort"}


def test_a_box_between_that_the_line_lacks_leaves_its_neighbours_out():
    assert said(line("sort queue")) == {}


def test_a_word_with_a_box_comes_to_the_word_that_it_overlaps():
    assert said(line("quiche", 0.9, Box(205, 0, 285, 30))) == {2: "quiche"}


def test_a_reading_without_a_box_is_about_the_box_of_its_number():
    boxes = [word.box for word in LINE]

    assert said(TaughtReading("a"), TaughtReading("b"), asked=boxes) == {0: "a", 1: "b"}


def test_of_two_words_in_one_box_the_better_fitting_one_counts():
    assert said(line("good", 1.0, Box(0, 0, 80, 30)), line("bad", 1.0, Box(0, 0, 50, 30))) == {0: "good"}  # fmt: skip


def test_a_reading_beside_all_words_says_nothing():
    assert said(line("noise", 1.0, Box(500, 500, 600, 600))) == {}
    assert said(TaughtReading("more than asked"), asked=[]) == {}


def test_what_no_correction_may_say_is_left_out():
    assert said(line("x" * 65, 1.0, LINE[0].box)) == {}


def test_a_teacher_without_confidence_is_sure():
    found = taught_words([line("sort", None, LINE[0].box)], [], LINE, chance)

    assert found == {0: TaughtWord("sort", 1.0)}
