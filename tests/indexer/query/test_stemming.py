"""Other forms of a word, by stems of several languages."""

from __future__ import annotations

import pytest

from indexer.query.stemming import forms_among, prefix_of


@pytest.mark.parametrize(
    ("word", "others"),
    [
        ("sorting", ["sort", "sorts", "sorted"]),
        ("sorted", ["sorting"]),
        ("queues", ["queue"]),
        ("studies", ["study", "studied"]),
        ("note", ["notes", "noted", "noting"]),
        ("running", ["run", "runs"]),
        ("ponies", ["pony"]),
        ("boxes", ["box", "boxed"]),
        ("chanter", ["chantez"]),  # French
        ("gartens", ["garten"]),  # German
        ("trabajamos", ["trabajar"]),  # Spanish
        ("lavorando", ["lavorare"]),  # Italian
        ("trabalhando", ["trabalhar"]),  # Portuguese
        ("planten", ["plant"]),  # Dutch
    ],
)
def test_other_forms_share_a_stem_and_a_beginning(word, others):
    strangers = ["sorbet", "quest", "stand", "not", "ruin", "hat", "boat", "chair", "gas", "wort"]

    assert forms_among(word, [word, *strangers, *others]) == others
    assert all(other.startswith(prefix_of(word)) for other in others)


@pytest.mark.parametrize("word", ["", "a", "run", "x1", "2026", "h264"])
def test_short_words_and_numbers_have_no_other_forms(word):
    assert forms_among(word, [f"{word}s", f"{word}ing", word]) == []


def test_a_short_stem_of_one_language_is_no_word_of_another():
    assert forms_among("note", ["not", "nota", "noti"]) == []  # Italian would say so
