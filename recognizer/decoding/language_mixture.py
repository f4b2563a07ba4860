"""Mixtures of the priors of several languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recognizer.decoding.automaton import Automaton, Combination, Prior

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from recognizer.posteriors.charset import Charset


class LanguageMixture(Prior):
    """A prior for texts of several languages: a text scores the weighted mean of their scores.

    Each text is of one language as a whole, so that a good word of a rarer language on the page
    loses no more than the factor of its weight.
    """

    def __init__(self, parts: Sequence[tuple[float, Prior | None]]) -> None:
        """Take weights that sum to 1 with their priors; None scores 1."""
        super().__init__()
        self._parts = [(weight, prior) for weight, prior in parts if prior]
        self._none = sum(weight for weight, prior in parts if not prior)

    def compiled(self, charset: Charset) -> Automaton:
        """See `Prior`."""
        weights = [weight for weight, _ in self._parts]
        return _Mean([prior.automaton(charset) for _, prior in self._parts], weights, self._none)


class _Mean(Combination):
    def __init__(self, parts: Sequence[Automaton], weights: Sequence[float], none: float) -> None:
        super().__init__(parts)
        self._weights, self._none = weights, none

    def combined(self, scores: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
        mean = self._weights[0] * scores[0] + self._none
        for weight, score in zip(self._weights[1:], scores[1:], strict=True):
            mean += weight * score
        return mean
