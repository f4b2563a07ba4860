"""Lines of text under a phrase, fetched for the photos that may show it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from indexer.query import ast as q
from indexer.search.score import raw_scores

if TYPE_CHECKING:
    from indexer.catalog.queries import CatalogReader
    from indexer.entities import PhotoId, WordIndex
    from indexer.search.evidence import QueryEvidence

MIN_LINED = 1e-4
"""Probability of a phrase from which the lines of its photo are fetched: below, they decide nothing."""


def phrase_lines(
    node: q.QueryNode, evidence: QueryEvidence, catalog: CatalogReader
) -> dict[PhotoId, dict[WordIndex, int]]:
    """Lines of the words of the photos that may show a phrase."""
    photos: set[PhotoId] = set()
    for leaf in q.leaves(node, negated=True):
        if isinstance(leaf, q.Phrase):
            scores = raw_scores(leaf, evidence)
            photos.update(photo_id for photo_id, p in scores.items() if p >= MIN_LINED)
    return catalog.lines(sorted(photos))
