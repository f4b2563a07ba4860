"""Lines of text under a phrase, fetched for the photos that likeliest show it."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

from indexer.query import ast as q
from indexer.search.score import raw_scores

if TYPE_CHECKING:
    from indexer.catalog.queries import CatalogReader
    from indexer.entities import PhotoId, WordIndex
    from indexer.search.evidence import QueryEvidence

MAX_LINED = 100
"""Photos whose lines are fetched for one phrase."""


def phrase_lines(
    node: q.QueryNode, evidence: QueryEvidence, catalog: CatalogReader
) -> dict[PhotoId, dict[WordIndex, int]]:
    """Lines of the words of the photos that likeliest show a phrase."""
    photos: set[PhotoId] = set()
    for leaf in q.leaves(node, negated=True):
        if isinstance(leaf, q.Phrase):
            scores = raw_scores(leaf, evidence)
            shown = [photo_id for photo_id, p in scores.items() if p]
            photos.update(heapq.nlargest(MAX_LINED, shown, key=lambda photo_id: scores[photo_id]))
    return catalog.lines(sorted(photos))
