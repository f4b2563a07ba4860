"""A photo's words as the derived stores keep them."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from indexer.query.text import tokens

if TYPE_CHECKING:
    from collections.abc import Iterable

    from indexer.entities import UnindexedPhoto, Word

LEAST_PROBABILITY = 0.05
MOST_READINGS = 3
"""Readings of a word that enter the full text; the rest is left to the posteriorgrams."""


def packed(photos: Iterable[UnindexedPhoto]) -> dict[int, list[bytes] | None]:
    """Packed posteriorgrams of photos for the posterior store."""
    return {
        photo.id: None if photo.words is None else [word.posteriorgram for word in photo.words]
        for photo in photos
    }


def weights(words: Iterable[Word]) -> dict[str, float]:
    """Words of a photo for the full text: how often each is expected to stand there."""
    expected: Counter[str] = Counter()
    for word in words:
        best: dict[str, float] = defaultdict(float)
        readings = word.alternatives or ((word.text, word.confidence),)
        for text, probability in readings[:MOST_READINGS]:
            for token in tokens(text):
                best[token] += probability
        # the best reading is always found, however unsure the network was
        for token in tokens(word.text):
            best[token] = max(best[token], LEAST_PROBABILITY)
        expected.update({t: p for t, p in best.items() if p >= LEAST_PROBABILITY})
    return {token: round(weight, 3) for token, weight in expected.items()}
