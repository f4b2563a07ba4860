"""Identification of the languages that words are written in, by character trigrams.

Source: character n-grams tell languages apart (Dunning 1994, Cavnar & Trenkle 1994). What is
identified are not texts but readings with their probabilities, a few dozen at a time, so that
what one misread word suggests is outvoted by its neighbours.
"""

from __future__ import annotations

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

_CODE_BITS = 21
"""Bits of a code point in the number of an n-gram."""


class LanguageIdentifier:
    """Tells which of a few languages readings are likeliest to be in, or none of them."""

    def __init__(self, models: Sequence[LanguageModel]) -> None:
        """Compare the letter models of languages, most usual one first; n-grams of ORDER suffice."""
        self._models = models
        # n-grams as numbers, see `_numbered`, in order, with a column of factors each
        self._known = np.zeros(0, dtype=np.int64)
        self._factors = np.zeros((0, len(models) + 1))

    def likelihoods(self, words: Sequence[Sequence[tuple[str, float]]]) -> Floats:
        """Likelihood of words in each language, and last in none of them [words, languages + 1].

        Args:
            words: the texts of each word with their probabilities, whose sum is 1 at most; texts
                beyond them score 1 in every language.

        Signs and digits tell nothing: a number is equally likely in all languages.

        """
        texts = [text.lower() for word in words for text, _ in word]
        p = np.array([p for word in words for _, p in word])
        owner = np.repeat(np.arange(len(words)), list(map(len, words)))
        likelihoods = _sums(owner, p[:, None] * self._text_factors(texts), len(words))
        missing: Floats = (1.0 - np.bincount(owner, p, len(words))).clip(min=0.0)
        return likelihoods + missing[:, None]

    def _text_factors(self, texts: Sequence[str]) -> Floats:
        """Factor of each lower-case text in each language, and in none [texts, languages + 1]."""
        ngrams, owner = _numbered(texts)
        different, place = np.unique(ngrams, return_inverse=True)
        self._learn(np.setdiff1d(different, self._known, assume_unique=True))
        factors = self._factors[np.searchsorted(self._known, different)]
        return np.exp(_sums(owner, factors[place], len(texts)))

    def _learn(self, ngrams: NDArray[np.int64]) -> None:
        """Add the factors of n-grams that are not known."""
        texts = _spelled(ngrams)
        columns = [model.log_factors(texts) for model in self._models]
        new = np.stack([*columns, np.full(len(texts), _NO_LANGUAGE)], axis=1)
        known = np.concatenate([self._known, ngrams])
        order = known.argsort()
        self._known = known[order]
        self._factors = np.concatenate([self._factors, new])[order]


def _numbered(texts: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.intp]]:
    """The n-grams of texts that tell of a language, as numbers, and the text of each.

    They are those that end with a letter, or with the end of a text whose last character is one.
    """
    spelled = "".join([f"{START}{text}{END}" for text in texts])
    codes = np.frombuffer(spelled.encode("utf-32-le"), dtype="<u4").astype(np.int64)
    lengths = np.array([len(text) + 2 for text in texts], dtype=np.intp)
    owner, ends = np.repeat(np.arange(len(texts)), lengths), lengths.cumsum()
    place = np.arange(len(codes)) - np.repeat(ends - lengths, lengths)
    numbers = codes.copy()
    for back in range(1, ORDER):
        numbers[back:] += np.where(place[back:] >= back, codes[:-back] << _CODE_BITS * back, 0)
    letters = np.fromiter(map(str.isalpha, spelled), dtype=bool, count=len(spelled))
    letters[ends - 1] = letters[ends - 2]
    return numbers[letters], owner[letters]


def _spelled(numbers: NDArray[np.int64]) -> list[str]:
    """N-grams from their numbers."""
    shifts = np.arange(ORDER - 1, -1, -1) * _CODE_BITS
    codes = (numbers[:, None] >> shifts) & ((1 << _CODE_BITS) - 1)
    return ["".join(chr(code) for code in row if code) for row in codes.tolist()]


def _sums(owner: NDArray[np.intp], rows: Floats, count: int) -> Floats:
    """The sum of the rows of each owner [count, columns]."""
    return np.stack([np.bincount(owner, column, count) for column in rows.T], axis=1)


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
    return list(map(tuple, _tenths(share).tolist()))


def _tenths(share: Floats) -> NDArray[np.intp]:
    """Whole tenths that sum to ten in each row, by the largest remainders (Hamilton's method)."""
    kept = np.where(share < _MIN_WEIGHT, 0.0, share)
    exact = kept / kept.sum(axis=1, keepdims=True) * _STEPS
    whole: NDArray[np.intp] = np.floor(exact).astype(np.intp)
    rank = np.argsort(np.argsort(whole - exact, axis=1, kind="stable"), axis=1)
    whole += rank < _STEPS - whole.sum(axis=1, keepdims=True)
    return whole
