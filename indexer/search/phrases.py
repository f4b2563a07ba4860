"""Phrases: words that stand side by side, also over the end of a line."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from indexer.entities import WordIndex
from indexer.query import ast as q

if TYPE_CHECKING:
    from collections.abc import Mapping

    from indexer.entities import PhotoId
    from indexer.search.evidence import QueryEvidence

MIN_LIKELY = 0.03
"""Probability from which a word counts beside the best one of its photo, and is a match to show."""

LINE_BREAK = 0.5
"""Factor of a phrase's probability for each line that ends within it."""


def likely_words(
    leaf: q.Leaf, evidence: QueryEvidence, photo_id: PhotoId
) -> Mapping[WordIndex, float]:
    """Words of a photo that may say a leaf, with probabilities; of a phrase, where it begins."""
    within_a_box = evidence.leaves[leaf].get(photo_id, {})
    if not isinstance(leaf, q.Phrase):
        return within_a_box
    words = dict(within_a_box)
    lines = evidence.lines.get(photo_id)
    first, *others = (evidence.leaves[q.Term(text)].get(photo_id, {}) for text in leaf.texts)
    for start, p in first.items():
        chance = p * _line_breaks(lines, start, len(others))
        chance *= math.prod(
            other.get(WordIndex(start + k), 0.0) for k, other in enumerate(others, 1)
        )
        if chance > words.get(start, 0.0):
            words[start] = chance
    return words


def _line_breaks(lines: Mapping[WordIndex, int] | None, start: WordIndex, more: int) -> float:
    """Factor for the ends of lines between a word and the one that is `more` words later."""
    if lines is None:
        return 1.0
    breaks = lines.get(WordIndex(start + more), 0) - lines.get(start, 0)
    # lines without words between them do not tear a phrase further apart
    return LINE_BREAK ** min(breaks, more)
