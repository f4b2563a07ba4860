"""Evidence for the leaves of a query, and the score of each leaf on each photo."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from indexer.entities import PhotoId, WordIndex
from indexer.query import ast as q

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from indexer.entities import Evidence

MIN_LIKELY = 0.03
"""Probability from which a word counts beside the best one of its photo, and is a match to show."""

LINE_BREAK = 0.5
"""Factor of a phrase's probability for each line that ends within it."""


@dataclass(frozen=True)
class QueryEvidence:
    """Evidence for a query on its photos; immutable, `updated` returns a changed copy.

    Attributes:
        leaves: for every leaf of the query, and for every word of its phrases.
        fields: photos that fulfil each field of the query.
        lines: photo → word → its line, for phrases; the words of other photos count as one line.
        leaf_scores: leaf of the query → photo → probability that any word of the photo says it.
    """

    leaves: Mapping[q.Leaf, Evidence]
    fields: Mapping[q.Field, set[PhotoId]]
    lines: Mapping[PhotoId, Mapping[WordIndex, int]]
    leaf_scores: Mapping[q.Leaf, Mapping[PhotoId, float]]

    @classmethod
    def of(
        cls,
        node: q.QueryNode,
        leaves: Mapping[q.Leaf, Evidence],
        fields: Mapping[q.Field, set[PhotoId]],
    ) -> QueryEvidence:
        """Score the leaves of a query by this evidence, with all words of a photo on one line."""
        unscored = cls(leaves, fields, {}, {leaf: {} for leaf in q.leaves(node, negated=True)})
        scores = {
            leaf: unscored.rescored(leaf, unscored.photos_with(leaf))
            for leaf in unscored.leaf_scores
        }
        return replace(unscored, leaf_scores=scores)

    def updated(
        self,
        photos: Collection[PhotoId],
        *,
        leaves: Mapping[q.Leaf, Evidence] | None = None,
        lines: Mapping[PhotoId, Mapping[WordIndex, int]] | None = None,
    ) -> QueryEvidence:
        """Score some photos anew by other evidence or lines; all others keep their scores.

        Args:
            photos: all whose evidence or lines differ from those before.
            leaves: as the attribute; None if it stays.
            lines: as the attribute; None if it stays.

        """
        known = replace(
            self,
            leaves=self.leaves if leaves is None else leaves,
            lines=self.lines if lines is None else lines,
        )
        scores = {
            leaf: {**before, **known.rescored(leaf, photos)}
            for leaf, before in self.leaf_scores.items()
        }
        return replace(known, leaf_scores=scores)

    def photos(self) -> set[PhotoId]:
        """All photos with any evidence."""
        return {photo_id for found in self.leaves.values() for photo_id in found}

    def words(self, leaf: q.Leaf, photo_id: PhotoId) -> Mapping[WordIndex, float]:
        """Words of a photo that may say a leaf, with probabilities; of a phrase, where it begins."""
        within_a_box = self.leaves[leaf].get(photo_id, {})
        if not isinstance(leaf, q.Phrase):
            return within_a_box
        words = dict(within_a_box)
        first, *others = (self.leaves[q.Term(text)].get(photo_id, {}) for text in leaf.texts)
        for start, p in first.items():
            chance = p * self._line_breaks(photo_id, start, len(others))
            chance *= math.prod(
                other.get(WordIndex(start + k), 0.0) for k, other in enumerate(others, 1)
            )
            if chance > words.get(start, 0.0):
                words[start] = chance
        return words

    def photos_with(self, leaf: q.Leaf) -> Collection[PhotoId]:
        """Photos with evidence for a leaf; for a phrase that of its first word counts as well."""
        first = q.Term(leaf.texts[0]) if isinstance(leaf, q.Phrase) else leaf
        return self.leaves[leaf].keys() | self.leaves[first].keys()

    def rescored(self, leaf: q.Leaf, photos: Collection[PhotoId]) -> dict[PhotoId, float]:
        """Score one leaf on some photos, whatever `leaf_scores` says."""
        return {photo_id: _any(self.words(leaf, photo_id).values()) for photo_id in photos}

    def _line_breaks(self, photo_id: PhotoId, start: WordIndex, more: int) -> float:
        """Factor for the ends of lines between a word and the one that is `more` words later."""
        lines = self.lines.get(photo_id)
        if lines is None:
            return 1.0
        breaks = lines.get(WordIndex(start + more), 0) - lines.get(start, 0)
        # lines without words between them do not tear a phrase further apart
        return LINE_BREAK ** min(breaks, more)


def _any(chances: Iterable[float]) -> float:
    """Probability that any word says it: the best one, and likely ones as if independent."""
    best, miss = 0.0, 1.0
    for p in chances:
        best = max(best, p)
        if p > MIN_LIKELY:
            miss *= 1 - p
    return max(best, 1 - miss)
