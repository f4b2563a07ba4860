"""Words are taken apart while their small letters have 8 to 38 of the 72 rows."""

from __future__ import annotations

import pytest

from recognizer.synthesis.segmentation import segment

from ..spelled import spell


def is_cut(text: str, size: int) -> bool:
    word = spell(text, size=size)
    return segment(word.crop, word.text, word.spans) is not None


@pytest.mark.parametrize(
    ("text", "too_small", "smallest", "largest", "too_large"),
    [("noun", 11, 12, 56, 60), ("hold", 11, 12, 56, 60), ("moan", 11, 12, 56, 60)],
)
def test_a_word_whose_small_letters_are_too_low_or_too_high_is_not_cut(
    text: str, too_small: int, smallest: int, largest: int, too_large: int
) -> None:
    assert not is_cut(text, too_small)
    assert is_cut(text, smallest)
    assert is_cut(text, largest)
    assert not is_cut(text, too_large)


def test_of_a_word_in_capitals_the_height_of_small_letters_is_a_share_of_theirs() -> None:
    assert not is_cut("TIE", 14)
    assert is_cut("TIE", 16)
