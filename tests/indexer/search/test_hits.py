from __future__ import annotations

from pathlib import Path

import pytest

from indexer.entities import Box, Photo, State, Word
from indexer.query.ast import Phrase, Term
from indexer.search.hits import hit, matched_words
from indexer.search.score import scored

LINKED, LIST = Term("linked"), Term("list")
PHRASE = Phrase(("linked", "list"))


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
