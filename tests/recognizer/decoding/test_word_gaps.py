"""Images of several words are taken apart at the gaps that the network reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from recognizer.decoding import best_path, decoder
from recognizer.decoding.word_gaps import parts, without_gaps
from recognizer.posteriors.charset import Charset

if TYPE_CHECKING:
    from numpy.typing import NDArray

CHARSET = Charset("ab␣")


def seen(path: str, surest: float = 0.9) -> NDArray[np.float32]:
    """Probabilities of frames of which each likely shows its character of `path`, `.` for the blank."""
    labels = [".ab␣".index(character) for character in path]
    rows = np.full((len(path), 4), (1 - surest) / 3, dtype=np.float32)
    rows[np.arange(len(path)), labels] = surest
    return rows


@pytest.mark.parametrize(
    ("path", "texts"),
    [
        ("a.b.", ["ab"]),
        ("a␣b.", ["a", "b"]),
        ("a.␣␣.b", ["a", "b"]),
        ("a␣.␣b", ["a", "b"]),
        ("ab␣ba␣aa", ["ab", "ba", "a"]),
        ("␣a.b", ["ab"]),
        ("a.b␣", ["ab"]),
        ("␣␣", [""]),
        ("....", [""]),
    ],
)
def test_words_are_apart_where_a_gap_is_read_between_letters(path: str, texts: list[str]) -> None:
    found = parts(seen(path), CHARSET)

    read = [best_path.greedy(without_gaps(part.probabilities, CHARSET), CHARSET) for part in found]
    assert read == texts


def test_parts_meet_in_the_gap_and_cover_the_image() -> None:
    one, other = parts(seen("ab␣b"), CHARSET)

    assert (one.start, other.end) == (0.0, 1.0)
    assert one.end == other.start == pytest.approx(2.5 / 4)
    assert (len(one.probabilities), len(other.probabilities)) == (2, 1)


def test_an_unsure_gap_leaves_the_image_whole_and_is_in_no_text() -> None:
    unsure = seen("a␣b")
    unsure[1] = (0.2, 0.2, 0.15, 0.45)

    [part] = parts(unsure, CHARSET)
    texts = decoder.decode(without_gaps(part.probabilities, CHARSET), CHARSET, alternatives=9)

    assert not any(" " in text for text, _ in texts.alternatives)
    assert without_gaps(unsure, CHARSET).sum(axis=1) == pytest.approx(1)


def test_an_alphabet_without_the_gap_takes_nothing_apart() -> None:
    rows = seen("a␣b")
    charset = Charset("abc")

    [part] = parts(rows, charset)

    assert part.probabilities is rows
    assert without_gaps(rows, charset) is rows
