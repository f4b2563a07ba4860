"""Words to ask about."""

from __future__ import annotations

import math

import pytest

from indexer.corrections.lessons import (
    BY_CHANCE,
    DOUBTFUL,
    doubtful_letters,
    is_doubtful,
    lessons,
    usefulness,
)
from indexer.entities import Box, Word


def word(text: str, confidence: float = 0.5, other: str = "", place: int = 0) -> Word:
    read = ((text, confidence), (other, 1 - confidence)) if other else ((text, confidence),)
    return Word(Box(place, 0, place + 9, 9), 0, text, confidence, read)


def asked(doubtful, others=(), checked=(), limit=100) -> list[tuple[str, str]]:
    return [(lesson.word.text, lesson.why) for lesson in lessons(doubtful, others, checked, limit)]


@pytest.mark.parametrize(
    ("confidence", "text", "expected"),
    [
        (0.29, "queue", False),
        (0.3, "queue", True),
        (0.9, "queue", True),
        (0.91, "queue", False),
        (0.5, "a", False),
    ],
)
def test_doubt_lies_between_scribbles_and_sure_words(confidence, text, expected):
    assert is_doubtful(word(text, confidence)) is expected


def test_the_doubt_of_two_readings_are_the_first_letters_that_differ():
    assert doubtful_letters(word("queue", other="quene")) == "un"
    assert doubtful_letters(word("cat", other="cats")) == " s"
    assert doubtful_letters(word("Cat", other="cat")) == ""
    assert doubtful_letters(word("cat")) == ""


def test_even_readings_frequent_doubts_and_rare_letters_are_more_useful():
    even, sure = word("queue", 0.5, "quene"), word("queue", 0.9, "quene")

    assert usefulness(even, {}, {}) == pytest.approx(math.log(2))
    assert usefulness(even, {}, {}) > usefulness(sure, {}, {})
    assert usefulness(even, {"un": 10}, {}) > usefulness(even, {"un": 1}, {})
    assert usefulness(even, {}, dict.fromkeys("que", 20)) == usefulness(even, {}, {}) / 2
    assert usefulness(even, {}, dict.fromkeys("qu", 20)) == usefulness(even, {}, {})


def test_two_of_five_are_drawn_by_chance():
    doubtful = [(f"d{n}", word(f"doubt{n}")) for n in range(9)]
    others = [(f"o{n}", word(f"other{n}")) for n in range(9)]

    why = [why for _, why in asked(doubtful, others, limit=10)]

    assert why[:5].count(BY_CHANCE) == why[5:].count(BY_CHANCE) == 2


def test_chance_goes_on_where_no_doubt_is_left():
    found = asked([("p", word("doubt")), ("p", word("scribble", 0.1))], [("q", word("sure", 0.99))])

    assert sorted(found) == [("doubt", DOUBTFUL), ("sure", BY_CHANCE)]


def test_one_photo_and_one_reading_are_asked_about_a_few_times():
    same = [("p", word(f"word{n}", place=10 * n)) for n in range(9)]
    alike = [(f"q{n}", word("alike")) for n in range(9)]

    assert len(asked(same)) == 5
    assert len(asked(alike)) == 2


def test_a_word_that_is_doubtful_and_drawn_is_asked_about_once():
    one = ("p", word("queue"))

    assert len(asked([one], [one])) == 1


def test_the_same_seed_asks_about_the_same_words():
    others = [(f"o{n}", word(f"other{n}")) for n in range(30)]

    assert lessons([], others, [], 9, 4) == lessons([], list(others), [], 9, 4)
    assert lessons([], others, [], 9, 4) != lessons([], others, [], 9, 5)
