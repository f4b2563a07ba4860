"""Words of any alphabet are packed by what search tells apart."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
import pytest

from recognizer.posteriors.charset import ASCII, Charset
from recognizer.posteriors.codec import PosteriorCodec
from recognizer.posteriors.folding import (
    FOLDED,
    FOLDED_ALPHABET,
    fold,
    folded_labels,
    folded_probabilities,
)
from recognizer.posteriors.packing import MAX_LABELS, pack

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

CODEC = PosteriorCodec()


def score(probabilities: NDArray[np.float32], alphabet: str, text: str) -> float:
    packed = pack(folded_probabilities(probabilities, alphabet))
    return float(CODEC.unpack([packed], CODEC.alphabet).score(text)[0])


def test_each_folded_symbol_stands_for_one_text_and_all_fit_the_packed_format() -> None:
    texts = [fold(symbol) for symbol in FOLDED_ALPHABET]

    assert len(set(texts)) == len(texts) < MAX_LABELS
    assert texts[: len(FOLDED)] == list(FOLDED)


def test_the_folded_alphabet_stays_what_it_is_for_homes_are_packed_with_it() -> None:
    digest = hashlib.sha256(FOLDED_ALPHABET.encode()).hexdigest()

    assert digest.startswith("890e3975c0972673"), "a new format: raise that of the segments with it"


def test_every_symbol_of_latin_keeps_the_text_that_it_folds_to() -> None:
    latin = [chr(code) for code in (*range(0x21, 0x250), *range(0x1E00, 0x1F00), 0x2116, 0xFB01)]

    labels = folded_labels("".join(latin))[1:]

    for symbol, label in zip(latin, labels, strict=True):
        kept = fold(FOLDED_ALPHABET[label - 1])
        assert kept == fold(symbol) or not set(fold(symbol)) <= set(FOLDED), symbol


@pytest.mark.parametrize("seed", range(3))
def test_a_score_is_the_sum_over_all_texts_that_fold_to_it(
    seed: int, random_probabilities: Callable[..., NDArray[np.float32]], all_texts: Callable
) -> None:
    alphabet = "aÄb"
    probabilities = random_probabilities(4, 4, seed)
    exact: dict[str, float] = {}
    for text, probability in all_texts(probabilities, Charset(alphabet)).items():
        exact[fold(text)] = exact.get(fold(text), 0.0) + probability
    scores = {text: score(probabilities, alphabet, text) for text in ("b", "ba", "ab", "bab")}

    for text, found in scores.items():
        # nothing tells here whether `aÄ` is one letter or two: it counts as one
        doubled = exact.get(text.replace("a", "aa"), 0.0) + exact.get(text.replace("a", "aaa"), 0.0)
        assert 0.9 * exact[text] <= found <= 1.1 * (exact[text] + doubled)


@pytest.mark.parametrize(
    ("text", "folded", "merged"),
    [
        ("année", "annee", "anne"),
        ("Aal", "aal", "al"),
        ("fée", "fee", "fe"),
        ("réélu", "reelu", "relu"),
    ],
)
def test_different_symbols_that_fold_alike_and_follow_each_other_are_two_letters(
    text: str, folded: str, merged: str, spoken: Callable[..., NDArray[np.float32]]
) -> None:
    alphabet = "".join(dict.fromkeys(text))
    path: list[int] = []
    for symbol in text:
        label = 1 + alphabet.index(symbol)
        path += [0, label] if path[-1:] == [label] else [label]
    probabilities = spoken(path, 1 + len(alphabet), 0.97)

    assert score(probabilities, alphabet, folded) > 0.6
    assert score(probabilities, alphabet, merged) < 0.2


def test_a_letter_of_which_only_the_accent_is_doubtful_is_one_letter() -> None:
    alphabet = "eé"
    wavering = np.array([[0.02, 0.5, 0.48], [0.02, 0.48, 0.5]], np.float32)

    assert score(wavering, alphabet, "e") > 0.4


def test_words_of_a_large_alphabet_are_packed(spoken: Callable[..., NDArray[np.float32]]) -> None:
    alphabet = "".join(map(chr, range(0xC0, 0x240))) + ASCII
    path = [1 + alphabet.index(symbol) for symbol in "Łódź"]

    probabilities = spoken(path, 1 + len(alphabet), 0.99)

    assert score(probabilities, alphabet, "lodz") > 0.9


def test_case_is_no_reason_to_keep_less_of_a_word() -> None:
    alphabet = ASCII
    both = np.full((9, 1 + len(alphabet)), 1e-6, np.float32)
    for place, letter in enumerate("abcdefghi"):
        both[place, [1 + alphabet.index(letter), 1 + alphabet.index(letter.upper())]] = 0.5

    assert len(pack(folded_probabilities(both, alphabet))) == 2 * 9
    assert score(both, alphabet, "abcdefghi") == pytest.approx(1.0, abs=0.01)


def test_a_word_that_was_packed_with_another_alphabet_says_the_same_after_translation(
    random_probabilities: Callable[..., NDArray[np.float32]],
) -> None:
    alphabet = "-aÀbœŒ7."
    packed = [pack(random_probabilities(6, 1 + len(alphabet), seed)) for seed in range(5)]
    texts = ["a", "ab", "ba", "oe", "aoe", "boea", "7", "a7b", "a*", "*oe"]

    before = CODEC.unpack(packed, alphabet)
    after = CODEC.unpack([CODEC.translate(word, alphabet) for word in packed], CODEC.alphabet)

    for text in texts:
        assert after.score(text) == pytest.approx(before.score(text)), text
    assert after.bounds().contained == pytest.approx(before.bounds().contained)


def test_a_translated_word_is_split_at_its_signs(
    spoken: Callable[..., NDArray[np.float32]],
) -> None:
    alphabet = "abx.'"
    packed = pack(spoken([1, 4, 2, 5, 3], 1 + len(alphabet)))

    parts = CODEC.split(CODEC.translate(packed, alphabet), CODEC.alphabet)

    scores = [
        CODEC.unpack([part], CODEC.alphabet).score(text)[0]
        for part, text in zip(parts, "abx", strict=True)
    ]
    assert min(scores) > 0.8
