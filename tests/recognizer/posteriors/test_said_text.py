from __future__ import annotations

import pytest

from recognizer.posteriors.codec import PosteriorCodec

CODEC = PosteriorCodec()


def score(text: str, pattern: str) -> float:
    return float(CODEC.unpack([CODEC.said(text)], CODEC.alphabet).score(pattern)[0])


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("queue", "queue"),
        ("Queue", "queue"),
        ("Émile", "emile"),
        ("Straße", "strasse"),
        ("committee", "committee"),
        ("node.next", "nodenext"),
        ("x1", "x1"),
        ("queue", "que*"),
    ],
)
def test_a_packed_text_surely_says_what_it_is_folded_to(text: str, pattern: str) -> None:
    assert score(text, pattern) > 0.99


@pytest.mark.parametrize(("text", "pattern"), [("queue", "quene"), ("tree", "tre"), ("λόγος", "x")])
def test_a_packed_text_says_nothing_else(text: str, pattern: str) -> None:
    assert score(text, pattern) < 0.01


def test_the_words_of_a_text_are_found_each() -> None:
    parts = CODEC.split(CODEC.said("stack overflow"), CODEC.alphabet)

    scores = [CODEC.unpack(parts, CODEC.alphabet).score(text) for text in ("stack", "overflow")]

    assert [row.round(2).tolist() for row in scores] == [[1.0, 0.0], [0.0, 1.0]]


def test_signs_alone_say_nothing() -> None:
    assert CODEC.said("->") == CODEC.said("") == b""
