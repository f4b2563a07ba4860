"""What a correction may say."""

from __future__ import annotations

import pytest

from indexer.corrections.correction import correct_text


@pytest.mark.parametrize(
    "text", ["\u200bqueue\u200b", "que\u00adue", "\u202equeue\u202c", " queue "]
)
def test_characters_that_nobody_sees_are_no_part_of_a_text(text):
    assert correct_text(text) == "queue"


def test_a_text_of_nothing_but_invisible_characters_is_empty():
    assert correct_text("\u200b\u2060\ufeff") == ""
