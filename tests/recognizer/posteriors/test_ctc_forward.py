from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pytest

from recognizer.charset import Charset
from recognizer.posteriors.posteriorgram import FOLDED, FoldedPosteriors, pack

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

PATTERNS = ["ab*", "*ab", "*ab*", "a*b", "a*", "*a*", "*b*a*", "ab*ba", "*aa*", "a*a", "a**b"]


def matching(texts: dict[str, float], pattern: str) -> float:
    """Probability of all texts that match."""
    inner = pattern.strip("*").replace("*", ".*")
    head = "" if pattern[0] == "*" else "^"
    tail = "" if pattern[-1] == "*" else "$"
    return sum(p for text, p in texts.items() if re.search(head + inner + tail, text))


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_free_end_is_as_likely_as_all_texts_that_match(
    pattern: str,
    random_probabilities: Callable[..., NDArray[np.float32]],
    all_texts: Callable[..., dict[str, float]],
) -> None:
    # three frames hold no text in which a pattern of two letters could stand twice
    frames = 3 if len(pattern.replace("*", "")) > 1 else 2
    probabilities = random_probabilities(frames, 3)

    scored = float(FoldedPosteriors([pack(probabilities)], "ab").score(pattern)[0])

    likely = matching(all_texts(probabilities, Charset("ab")), pattern)
    assert scored == pytest.approx(likely, rel=0.1, abs=0.01)


def test_a_part_that_stands_twice_is_no_likelier_than_certain(
    spoken: Callable[..., NDArray[np.float32]],
) -> None:
    word = spoken([1, 2, 1, 2, 0], 3, certainty=0.98)

    assert FoldedPosteriors([pack(word)], "ab").score("*ab*")[0] == 1


def test_a_run_of_a_letter_counts_once_beside_a_free_end(
    spoken: Callable[..., NDArray[np.float32]],
) -> None:
    word = spoken([0, 1, 1, 1, 0, 2], 3, certainty=0.9)

    scored = FoldedPosteriors([pack(word)], "ab").score("*a*b")[0]

    assert 0.7 < scored <= 1
    assert FoldedPosteriors([pack(word)], "ab").score("*aa*")[0] < 0.2


@pytest.mark.parametrize("pattern", ["", "*", "**", "a?b", "*é*"])
def test_a_pattern_without_letters_or_with_others_scores_nothing(
    pattern: str, spoken: Callable[..., NDArray[np.float32]]
) -> None:
    assert FoldedPosteriors([pack(spoken([1, 2], 3))], "ab").score(pattern)[0] == 0


@pytest.mark.parametrize("seed", range(4))
def test_no_text_is_likelier_than_its_bounds(
    seed: int,
    random_probabilities: Callable[..., NDArray[np.float32]],
    all_texts: Callable[..., dict[str, float]],
) -> None:
    probabilities = random_probabilities(4, 3, seed)
    bounds = FoldedPosteriors([pack(probabilities)], "ab").bounds()

    for text, p in all_texts(probabilities, Charset("ab")).items():
        if text:
            columns = [FOLDED.index(letter) for letter in set(text)]
            contained = float(np.prod(bounds.contained[0, columns]))
            begins = float(bounds.begins[0, FOLDED.index(text[0])])
            ends = float(bounds.ends[0, FOLDED.index(text[-1])])
            assert p <= min(contained, begins, ends) * 1.1


def test_bounds_tell_the_first_and_the_last_character(
    spoken: Callable[..., NDArray[np.float32]],
) -> None:
    bounds = FoldedPosteriors([pack(spoken([0, 1, 2, 0], 3, certainty=0.9))], "ab").bounds()

    assert bounds.begins[0, :2].round().tolist() == [1, 0]
    assert bounds.ends[0, :2].round().tolist() == [0, 1]


def test_what_a_pattern_needs_is_known_without_a_word() -> None:
    needs = FoldedPosteriors.needs("*abba")

    assert needs is not None
    assert (needs.contained, needs.begins, needs.ends) == ([0, 1], None, 0)
    assert FoldedPosteriors.needs("*") is None
    assert FoldedPosteriors.needs("a-b") is None
