"""Terms of the full-text index: a photo's words with their weights."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import chain
from typing import TYPE_CHECKING

from indexer.query.indexed_words import parts
from indexer.stores.broken_words import broken_words, joined, placed

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
    words = tuple(words)
    whole = (joined(first, last) for _, first, last in broken_words(placed(words)))
    for word in chain(words, whole):
        best: dict[str, float] = defaultdict(float)
        readings = word.alternatives or ((word.text, word.confidence),)
        for text, probability in readings[:MAX_READINGS]:
            for token in parts(text):
                best[token] += probability
        # the best reading is always found, however unsure the network was
        for token in parts(word.text):
            best[token] = max(best[token], MIN_PROBABILITY)
        expected.update({t: p for t, p in best.items() if p >= MIN_PROBABILITY})
    return {token: round(weight, 3) for token, weight in expected.items()}
