"""Mixtures of the priors of several languages."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recognizer.decoding.prior import Prior


class LanguageMixture:
    """A prior for texts of several languages: a text scores the weighted mean of their scores.

    Each text is of one language as a whole, so that a good word of a rarer language on the page
    loses no more than the factor of its weight.
    """

    def __init__(self, parts: Sequence[tuple[float, Prior | None]]) -> None:
        """Take weights that sum to 1 with their priors; None scores 1."""
        self._parts = [(weight, prior) for weight, prior in parts if prior]
        self._none = sum(weight for weight, prior in parts if not prior)
        self.prefix_score = lru_cache(1 << 16)(self._prefix_score)

    def score(self, text: str) -> float:
        """See `Prior`."""
        return self._none + sum(weight * prior.score(text) for weight, prior in self._parts)

    def _prefix_score(self, start: str) -> float:
        return self._none + sum(w * prior.prefix_score(start) for w, prior in self._parts)
