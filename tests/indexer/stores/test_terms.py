from __future__ import annotations

from dataclasses import replace

from indexer.entities import Box, Word
from indexer.stores.terms import MAX_READINGS, term_weights

BOX = Box(0, 0, 10, 10)


def word(*readings, text=None):
    return Word(BOX, 0, text or readings[0][0], readings[0][1] if readings else 0.9, readings, b"")


def test_a_word_weighs_what_its_readings_promise():
    assert term_weights([word(("queue", 0.7), ("quene", 0.2))]) == {"queue": 0.7, "quene": 0.2}


def test_a_term_that_stands_twice_is_expected_twice():
    assert term_weights([word(("tree", 0.75)), word(("Tree", 0.75))]) == {"tree": 1.5}


def test_readings_that_fold_to_one_term_add_up():
    assert term_weights([word(("Été", 0.5), ("ete", 0.25))]) == {"ete": 0.75}


def test_the_best_reading_is_always_indexed_however_unsure_the_network_was():
    unsure = word(("dijkstra", 0.02), ("dykstra", 0.01))

    assert term_weights([unsure]) == {"dijkstra": 0.05}


def test_the_best_reading_is_indexed_even_if_it_is_not_among_the_likeliest():
    readings = [(letter, 0.3) for letter in "abcdef"]

    weights = term_weights([word(*readings, text="node")])

    assert weights == {"a": 0.3, "b": 0.3, "c": 0.3, "node": 0.05}
    assert len(weights) == MAX_READINGS + 1


def test_other_readings_that_are_unlikely_are_left_to_the_posteriorgrams():
    assert term_weights([word(("tree", 0.9), ("free", 0.04))]) == {"tree": 0.9}


def test_a_word_without_other_readings_weighs_its_confidence():
    assert term_weights([word(text="stack")]) == {"stack": 0.9}


def test_each_part_of_a_reading_is_a_term_and_so_are_all_parts_together():
    weights = {"node": 0.8, "next": 0.8, "nodenext": 0.8}

    assert term_weights([word(("node.next", 0.8))]) == weights


def test_a_word_that_a_line_end_breaks_is_a_term_beside_its_pieces():
    first = word(("recog-", 0.8), ("recoq-", 0.2))
    last = replace(word(("nition", 0.5), ("niton", 0.5)), line=1)

    assert term_weights([first, last]) == {
        "recog": 0.8,
        "recoq": 0.2,
        "nition": 0.5,
        "niton": 0.5,
        "recognition": 0.4,
        "recogniton": 0.4,
        "recoqnition": 0.1,
    }
