"""Terms of the full-text index: a photo's words with their weights."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from indexer.query.tokens import tokens

if TYPE_CHECKING:
    from collections.abc import Iterable

    from indexer.entities import Word

MIN_PROBABILITY = 0.05
"""Probability of a token from which it enters the full text; the best reading enters always."""

MAX_READINGS = 3
"""Readings of a word that enter the full text; the rest is left to the posteriorgrams."""


def term_weights(words: Iterable[Word]) -> dict[str, float]:
    """Count how often each token is expected to stand among the words of a photo."""
    expected: Counter[str] = Counter()
    for word in words:
        best: dict[str, float] = defaultdict(float)
        readings = word.alternatives or ((word.text, word.confidence),)
        for text, probability in readings[:MAX_READINGS]:
            for token in tokens(text):
                best[token] += probability
        # the best reading is always found, however unsure the network was
        for token in tokens(word.text):
            best[token] = max(best[token], MIN_PROBABILITY)
        expected.update({t: p for t, p in best.items() if p >= MIN_PROBABILITY})
    return {token: round(weight, 3) for token, weight in expected.items()}
