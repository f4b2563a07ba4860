from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pytest

from recognizer.posteriors.charset import Charset
from recognizer.posteriors.codec import PosteriorCodec
from recognizer.posteriors.folding import FOLDED, fold
from recognizer.posteriors.packing import pack

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

CODEC = PosteriorCodec()

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

    scored = float(CODEC.unpack([pack(probabilities)], "ab").score(pattern)[0])

    likely = matching(all_texts(probabilities, Charset("ab")), pattern)
    assert scored == pytest.approx(likely, rel=0.1, abs=0.01)


def test_a_part_that_stands_twice_is_no_likelier_than_certain(
    spoken: Callable[..., NDArray[np.float32]],
) -> None:
    word = spoken([1, 2, 1, 2, 0], 3, certainty=0.98)

    assert CODEC.unpack([pack(word)], "ab").score("*ab*")[0] == 1


def test_a_run_of_a_letter_counts_once_beside_a_free_end(
    spoken: Callable[..., NDArray[np.float32]],
) -> None:
    word = spoken([0, 1, 1, 1, 0, 2], 3, certainty=0.9)

    scored = CODEC.unpack([pack(word)], "ab").score("*a*b")[0]

    assert 0.7 < scored <= 1
    assert CODEC.unpack([pack(word)], "ab").score("*aa*")[0] < 0.2


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("pattern", ["o", "e", "oe", "eoe", "oeo", "ooe", "oee", "oeoe", "oeoeo"])
def test_a_label_that_folds_to_two_characters_says_both(
    pattern: str,
    seed: int,
    random_probabilities: Callable[..., NDArray[np.float32]],
    all_texts: Callable[..., dict[str, float]],
) -> None:
    probabilities = random_probabilities(4, 4, seed)

    scored = float(CODEC.unpack([pack(probabilities)], "oeœ").score(pattern)[0])

    texts = all_texts(probabilities, Charset("oeœ"))
    likely = sum(p for text, p in texts.items() if text.replace("œ", "oe") == pattern)
    assert scored == pytest.approx(likely, rel=0.1)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    "pattern", ["oe*", "*oe", "*oe*", "o*", "*e", "*eo", "*o", "e*", "*ee*", "o*o"]
)
def test_a_free_end_may_be_inside_a_label_that_folds_to_two_characters(
    pattern: str,
    seed: int,
    random_probabilities: Callable[..., NDArray[np.float32]],
    all_texts: Callable[..., dict[str, float]],
) -> None:
    probabilities = random_probabilities(2, 4, seed)

    scored = float(CODEC.unpack([pack(probabilities)], "oeœ").score(pattern)[0])

    texts: dict[str, float] = {}
    for text, p in all_texts(probabilities, Charset("oeœ")).items():
        folded = text.replace("œ", "oe")
        texts[folded] = texts.get(folded, 0.0) + p
    assert scored == pytest.approx(matching(texts, pattern), rel=0.05)


def test_a_label_that_folds_to_one_character_twice_says_it_twice(
    spoken: Callable[..., NDArray[np.float32]],
) -> None:
    words = CODEC.unpack([pack(spoken([1, 0, 2, 0, 1], 3, certainty=0.94))], "aß")

    assert words.score("assa")[0] > 0.7
    assert words.score("asa")[0] < 0.01
    unsure = CODEC.unpack([pack(spoken([1], 2, certainty=0.4))], "ß")
    assert unsure.score("*s*")[0] == pytest.approx(0.4, rel=0.02)


def test_a_label_that_folds_to_several_characters_does_not_reach_across_a_free_part(
    spoken: Callable[..., NDArray[np.float32]],
) -> None:
    """A limit: `o*e` is rarely asked, and the label would need a state for each pair of pieces."""
    words = CODEC.unpack([pack(spoken([0, 1, 0], 2, certainty=0.94))], "œ")

    assert words.score("oe")[0] > 0.8
    assert words.score("o*e")[0] < 0.01


@pytest.mark.parametrize("pattern", ["", "*", "**", "a?b", "*é*"])
def test_a_pattern_without_letters_or_with_others_scores_nothing(
    pattern: str, spoken: Callable[..., NDArray[np.float32]]
) -> None:
    assert CODEC.unpack([pack(spoken([1, 2], 3))], "ab").score(pattern)[0] == 0


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("alphabet", ["ab", "aœ", "oœ", "eß", "œß"])
def test_no_text_is_likelier_than_its_bounds(
    alphabet: str,
    seed: int,
    random_probabilities: Callable[..., NDArray[np.float32]],
    all_texts: Callable[..., dict[str, float]],
) -> None:
    probabilities = random_probabilities(4, 3, seed)
    bounds = CODEC.unpack([pack(probabilities)], alphabet).bounds()

    for spelled, p in all_texts(probabilities, Charset(alphabet)).items():
        text = fold(spelled)
        if text:
            columns = [FOLDED.index(letter) for letter in set(text)]
            contained = float(np.prod(bounds.contained[0, columns]))
            begins = float(bounds.begins[0, FOLDED.index(text[0])])
            ends = float(bounds.ends[0, FOLDED.index(text[-1])])
            assert p <= min(contained, begins, ends) * 1.1


def test_bounds_hold_for_a_label_that_says_several_characters_at_once(
    spoken: Callable[..., NDArray[np.float32]],
) -> None:
    bounds = CODEC.unpack([pack(spoken([1], 2, certainty=0.4))], "œ").bounds()

    both = bounds.contained[0, FOLDED.index("o")] * bounds.contained[0, FOLDED.index("e")]
    assert both == pytest.approx(0.4, rel=0.02)
    assert bounds.begins[0, FOLDED.index("o")] == pytest.approx(0.4, rel=0.02)
    assert bounds.ends[0, FOLDED.index("o")] == 0


def test_bounds_tell_the_first_and_the_last_character(
    spoken: Callable[..., NDArray[np.float32]],
) -> None:
    bounds = CODEC.unpack([pack(spoken([0, 1, 2, 0], 3, certainty=0.9))], "ab").bounds()

    assert bounds.begins[0, :2].round().tolist() == [1, 0]
    assert bounds.ends[0, :2].round().tolist() == [0, 1]


def test_what_a_pattern_needs_is_known_without_a_word() -> None:
    needs = CODEC.needs("*abba")

    assert needs is not None
    assert (needs.contained, needs.begins, needs.ends) == ([0, 1], None, 0)
    assert CODEC.needs("*") is None
    assert CODEC.needs("a-b") is None
