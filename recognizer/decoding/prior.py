"""LM fusion: a language model, word lists or both as a prior over texts for the beam search."""

from __future__ import annotations

import hashlib
import math
from typing import TYPE_CHECKING

from recognizer.decoding import lexicon, ngram_lm
from recognizer.decoding.automaton import Combination, Prior

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from recognizer.decoding.automaton import Automaton
    from recognizer.posteriors.charset import Charset

__all__ = ["Prior", "ProductPrior", "fingerprint", "load"]


class ProductPrior(Prior):
    """The product of two independent priors."""

    def __init__(self, one: Prior, other: Prior) -> None:
        """Multiply the scores of `one` and `other`."""
        super().__init__()
        self._both = one, other

    def compiled(self, charset: Charset) -> Automaton:
        """See `Prior`."""
        return _Product([prior.automaton(charset) for prior in self._both])


class _Product(Combination):
    def combined(self, scores: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
        return math.prod(scores[1:], start=scores[0])


def load(model: str = ngram_lm.ENGLISH, words: Sequence[str] = ()) -> Prior | None:
    """Load a language model and word lists as a prior for reading.

    Args:
        model: "english" (the shipped model), "none", or the path of an ARPA file.
        words: paths of word lists, or "english" for the shipped one.

    Returns:
        None if `model` is "none" and there are no word lists.

    Raises:
        DataError: a file cannot be read or has another format; names the file.

    """
    characters = ngram_lm.load(model)
    if not words:
        return characters
    listed = lexicon.load(words)
    return ProductPrior(characters, listed) if characters else listed


def fingerprint(model: str, words: Sequence[str]) -> str:
    """A hash of everything that `load` would read, in 8 hexadecimal digits; "" for no prior.

    Raises:
        DataError: a file cannot be read.

    """
    if model == ngram_lm.NONE and not words:
        return ""
    contents = [ngram_lm.content(model), *lexicon.contents(words)]
    return hashlib.sha256(b"\0".join(contents)).hexdigest()[:8]
