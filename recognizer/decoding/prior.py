"""What is known of texts before an image is seen: a language model, word lists, or both."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from recognizer.decoding import lexicon, ngram_lm

if TYPE_CHECKING:
    from collections.abc import Sequence


class Prior(Protocol):
    """How much likelier it makes a text than the image alone does; nothing is impossible."""

    def reward(self, text: str) -> float:
        """Factor > 0 on the probability that an image says `text`."""

    def promise(self, start: str) -> float:
        """The same for a text that may go on."""


class Both:
    """Two priors that know nothing of each other: their factors multiply."""

    def __init__(self, one: Prior, other: Prior) -> None:
        """Wrap them."""
        self._one, self._other = one, other
        self.promise = lru_cache(1 << 16)(self._promise)

    def reward(self, text: str) -> float:
        """See `Prior`."""
        return self._one.reward(text) * self._other.reward(text)

    def _promise(self, start: str) -> float:
        return self._one.promise(start) * self._other.promise(start)


def load(model: str, words: Sequence[str]) -> Prior | None:
    """The prior of a language model and word lists, named as `language` and `lexicon` have it.

    Raises:
        DataError: a file cannot be read, or is not what it should be.

    """
    spelling = ngram_lm.load(model)
    if not words:
        return spelling
    listed = lexicon.Lexicon(lexicon.frequencies(words))
    return Both(spelling, listed) if spelling else listed


def fingerprint(model: str, words: Sequence[str]) -> str:
    """Changes whenever what `load` would read changes; "" if it reads nothing.

    Raises:
        DataError: a file cannot be read.

    """
    if model == ngram_lm.NONE and not words:
        return ""
    contents = [ngram_lm.content(model), *map(str.encode, lexicon.contents(words))]
    return hashlib.sha256(b"\0".join(contents)).hexdigest()[:8]
