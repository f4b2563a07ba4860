"""LM fusion: a language model, word lists or both as a prior over texts for the beam search."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from recognizer.decoding import lexicon, ngram_lm

if TYPE_CHECKING:
    from collections.abc import Sequence


class Prior(Protocol):
    """Scores texts without the image; a score multiplies a text's probability (shallow fusion)."""

    def score(self, text: str) -> float:
        """Factor > 0 on the probability of the complete `text`; 1 changes nothing."""

    def prefix_score(self, start: str) -> float:
        """The same for the beginning of a text, to rank the unfinished texts of a beam."""


class ProductPrior:
    """The product of two independent priors."""

    def __init__(self, one: Prior, other: Prior) -> None:
        """Multiply the scores of `one` and `other`."""
        self._one, self._other = one, other
        self.prefix_score = lru_cache(1 << 16)(self._prefix_score)

    def score(self, text: str) -> float:
        """See `Prior`."""
        return self._one.score(text) * self._other.score(text)

    def _prefix_score(self, start: str) -> float:
        return self._one.prefix_score(start) * self._other.prefix_score(start)


def load(model: str = ngram_lm.ENGLISH, words: Sequence[str] = ()) -> Prior | None:
    """Load a language model and word lists as a prior for reading.

    Args:
        model: "english" (the shipped model), "none", or the path of an ARPA file.
        words: paths of word lists, or "english" for that of the package wordfreq.

    Returns:
        None if `model` is "none" and there are no word lists.

    Raises:
        DataError: a file cannot be read or has another format; names the file.

    """
    characters = ngram_lm.load(model)
    if not words:
        return characters
    listed = lexicon.Lexicon(lexicon.frequencies(words))
    return ProductPrior(characters, listed) if characters else listed


def fingerprint(model: str, words: Sequence[str]) -> str:
    """A hash of everything that `load` would read, in 8 hexadecimal digits; "" for no prior.

    Raises:
        DataError: a file cannot be read.

    """
    if model == ngram_lm.NONE and not words:
        return ""
    contents = [ngram_lm.content(model), *map(str.encode, lexicon.contents(words))]
    return hashlib.sha256(b"\0".join(contents)).hexdigest()[:8]
