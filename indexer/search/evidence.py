"""Evidence for the leaves of a query, and the score of each leaf on each photo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from indexer.entities import Evidence, PhotoId, WordIndex
    from indexer.query import ast as q


@dataclass(frozen=True)
class QueryEvidence:
    """Evidence for a query on its photos; immutable, `score.rescored` returns a changed copy.

    Attributes:
        leaves: for every leaf of the query, and for every word of its phrases.
        fields: photos that fulfil each field of the query.
        lines: photo → word → its line, for phrases; the words of other photos count as one line.
        leaf_scores: leaf of the query → photo → probability that any word of the photo says it.
        seen: the same by posteriorgrams alone, before readings were looked at.
        read: leaf → photo → words whose best reading says it, for every leaf and every word of
            its phrases.
    """

    leaves: Mapping[q.Leaf, Evidence]
    fields: Mapping[q.Field, set[PhotoId]]
    lines: Mapping[PhotoId, Mapping[WordIndex, int]]
    leaf_scores: Mapping[q.Leaf, Mapping[PhotoId, float]]
    seen: Mapping[q.Leaf, Mapping[PhotoId, float]]
    read: Mapping[q.Leaf, Mapping[PhotoId, Collection[WordIndex]]]

    def photos(self) -> set[PhotoId]:
        """All photos with any evidence."""
        return {photo_id for found in self.leaves.values() for photo_id in found}
