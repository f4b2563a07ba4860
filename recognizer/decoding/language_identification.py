"""Identification of the languages that words are written in, by character trigrams.

Source: character n-grams tell languages apart (Dunning 1994, Cavnar & Trenkle 1994). What is
identified are not texts but readings with their probabilities, a few dozen at a time, so that
what one misread word suggests is outvoted by its neighbours.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from recognizer.decoding.ngram_lm import END, START

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from recognizer.decoding.ngram_lm import LanguageModel

    Floats = NDArray[np.float64]

ORDER = 3
"""Characters of the n-grams that languages are told apart by."""

WINDOW = 20
"""Words before and after a word whose languages count for it."""

_ITERATIONS = 60
"""Steps of the EM algorithm, which is slow where most words are illegible: after 12, half of the
weight of French pages was still English."""

_FIRST_PSEUDO_COUNT = 0.5
"""Words of the first language that are taken for granted beside those of the window; this and
the next were chosen on held-out hands, see EXPERIMENTS.md."""

_PSEUDO_COUNT = 0.03
"""The same of any other language: a short note is not thrown about by one odd word."""

_MIN_WEIGHT = 0.15
"""Languages with a lower weight are left out: a mixture takes twice the time of one language."""

_NO_LANGUAGE = -0.8
"""Logarithm of a character's factor in no language: about that of letters drawn by lot."""

_STEPS = 10
"""Weights are multiples of a tenth, so that many words share a mixture and what it caches."""


class LanguageIdentifier:
    """Tells which of a few languages readings are likeliest to be in, or none of them."""

    def __init__(self, models: Sequence[LanguageModel]) -> None:
        """Compare the letter models of languages, most usual one first; n-grams of ORDER suffice."""
        self._models = models
        self._zeros = np.zeros(len(models) + 1)
        self._factors = lru_cache(1 << 15)(self._ngram_factors)
        self._text_factors = lru_cache(1 << 14)(self._letters_factors)

    def likelihoods(self, alternatives: Sequence[tuple[str, float]]) -> Floats:
        """Likelihood of a word in each language, and last in none of them [languages + 1].

        Args:
            alternatives: the word's texts with their probabilities, whose sum is 1 at most; texts
                beyond them score 1 in every language.

        Signs and digits tell nothing: a number is equally likely in all languages.

        """
        likelihoods = self._zeros + max(0.0, 1.0 - sum(p for _, p in alternatives))
        for text, p in alternatives:
            likelihoods = likelihoods + p * self._text_factors(text.lower())
        return likelihoods

    def _letters_factors(self, text: str) -> Floats:
        spelled = START + text + END
        total = self._zeros
        for place in range(1, len(spelled)):
            if spelled[place].isalpha() or (spelled[place] == END and text[-1:].isalpha()):
                total = total + self._factors(spelled[max(0, place - ORDER + 1) : place + 1])
        return np.exp(total)

    def _ngram_factors(self, ngram: str) -> Floats:
        """Logarithm of the factor of the n-gram's last character by each model, and by none."""
        return np.array([*(model.log_factor(ngram) for model in self._models), _NO_LANGUAGE])


def weights(likelihoods: Floats, window: int = WINDOW) -> list[tuple[int, ...]]:
    """Tenths of each language at each word, which make the words around it likeliest.

    Maximum a posteriori by the EM algorithm for mixture weights (Dempster, Laird & Rubin 1977)
    with a Dirichlet prior, for each word over the words up to `window` places from it.

    Args:
        likelihoods: of each word in each language [words, languages], in reading order; the first
            language is the one to expect. A row whose values are equal changes nothing.
        window: words before and after a word that count for it.

    """
    count, languages = likelihoods.shape
    pseudo = np.full(languages, _PSEUDO_COUNT)
    pseudo[0] = _FIRST_PSEUDO_COUNT
    places = np.arange(count)
    first, last = np.maximum(places - window, 0), np.minimum(places + window + 1, count)
    share = np.tile(pseudo / pseudo.sum(), (count, 1))
    for _ in range(_ITERATIONS):
        joint = share * likelihoods
        belonging = joint / joint.sum(axis=1, keepdims=True)
        sums = np.concatenate([np.zeros((1, languages)), belonging.cumsum(axis=0)])
        share = sums[last] - sums[first] + pseudo
        share /= share.sum(axis=1, keepdims=True)
    return [_tenths(row) for row in share]


def _tenths(share: Floats) -> tuple[int, ...]:
    """Whole tenths that sum to ten, by the largest remainders (Hamilton's method)."""
    kept = np.where(share < _MIN_WEIGHT, 0.0, share)
    exact = kept / kept.sum() * _STEPS
    whole = np.floor(exact)
    missing = _STEPS - int(whole.sum())
    whole[np.argsort(whole - exact, kind="stable")[:missing]] += 1
    return tuple(int(tenths) for tenths in whole)
