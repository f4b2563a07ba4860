"""First phase of a query: candidate photos by posterior store, full text and filters."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING

from indexer.query import ast as q
from indexer.query.parser import MAX_LETTERS
from indexer.search import fulltext_proposals, substrings
from indexer.search.calibration import MIN_CALIBRATED
from indexer.search.score import found_without_words, raw_scores, score, scored

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from indexer.catalog.queries import CatalogReader
    from indexer.entities import Evidence, PhotoId
    from indexer.search.evidence import QueryEvidence
    from indexer.search.filters import Filters
    from indexer.stores.stores import Stores

MAX_CANDIDATES = 100
"""Photos whose readings are examined for one query, unless more hits are requested."""

MARGIN = 50
"""Candidates beyond the hits that are requested: each is judged again, which changes their order."""


MAX_UNINDEXED = 200
"""Photos that changed since the derived stores were level, and are looked at as the catalog has them."""


@dataclass(frozen=True)
class Shortlist:
    """Candidate photos, likeliest first, and the evidence of the posterior store on them.

    Attributes:
        photos: the candidates.
        evidence: on these photos; what it says of each of them depends on that photo alone.
        others: photos beside them that reach the least score of a hit, as far as is known.

    """

    photos: list[PhotoId]
    evidence: QueryEvidence
    others: int


def shortlist(
    node: q.QueryNode,
    widened: q.QueryNode,
    filters: Filters,
    catalog: CatalogReader,
    stores: Stores,
    alphabet: str,
) -> Shortlist:
    """Choose the likeliest photos by their posteriorgrams, and those that the full text proposes.

    Args:
        node: the query.
        widened: the query with other forms of its words, which are looked for in readings alone: in
            posteriorgrams each of them would cost as much as a word of the query.
        filters: which photos may be hits.
        catalog: says which photos fulfil fields and filters.
        stores: both derived stores.
        alphabet: as for `PosteriorStore.evidence`.

    Raises:
        CatalogError: catalog or derived stores cannot be read.

    """
    within = _within(filters, catalog)
    fields = {field: catalog.photos_fulfilling(field, filters.folder) for field in q.fields(node)}
    if within is not None:
        fields = {field: photos & within for field, photos in fields.items()}
    admitted = _among(within, q.admitted(node, fields))
    unindexed = catalog.unindexed(MAX_UNINDEXED)
    leaves, store = q.leaves(node, negated=True), stores.posteriors.overlaid(unindexed)
    found = _no_evidence(leaves)
    if not filters.exact:
        _add_whole_words(found, lambda texts: store.evidence(texts, alphabet, admitted))
        substrings.add_evidence(found, store, alphabet, admitted, max_photos=MAX_CANDIDATES)
    evidence = scored(node, found, fields)
    count = max(MAX_CANDIDATES, filters.limit + MARGIN)
    scores = raw_scores(node, evidence)
    sure = found_without_words(node, evidence)
    likeliest = heapq.nlargest(count, scores.keys() - sure, key=lambda n: scores[n])
    # whether a word that must not be there is there, only a look at readings tells
    examined = fulltext_proposals.MAX_PROPOSED if len(leaves) > len(q.leaves(node)) else count
    surest = heapq.nsmallest(examined, sure)
    beside_or = [fields[field] for field in _fields_below_or(node)]
    fulfilling = set.union(*beside_or) if beside_or else None
    proposed = fulltext_proposals.proposed_photos(
        widened, count, admitted, fulfilling, stores, exact=filters.exact
    )
    changed = (p.id for p in unindexed if p.words and (admitted is None or p.id in admitted))
    photos = list(dict.fromkeys((*likeliest, *surest, *proposed, *changed)))
    reaching = _reaching(filters.least, node, evidence, scores)
    if not filters.exact:
        # so far the others had a say in what was found on each
        found = _no_evidence(leaves)
        _add_whole_words(found, lambda texts: store.evidence_on(photos, texts, alphabet))
        substrings.add_evidence_on(photos, found, store, alphabet)
    found = _no_evidence(q.leaves(widened, negated=True)) | found
    evidence = scored(widened, found, fields)
    return Shortlist(photos, evidence, len(reaching.difference(photos, sure)))


def _reaching(
    least: float, node: q.QueryNode, evidence: QueryEvidence, scores: Mapping[PhotoId, float]
) -> set[PhotoId]:
    """Photos whose calibrated score is at least `least`; `scores` are those before calibration.

    None need be calibrated where calibration lifts all that are not 0 beyond it.
    """
    parts = node.parts if isinstance(node, q.And) else (node,)
    if 0 < least <= MIN_CALIBRATED and all(isinstance(part, q.Leaf | q.Field) for part in parts):
        return {photo for photo, p in scores.items() if p}
    return {photo for photo, p in score(node, evidence).items() if p >= least}


def _no_evidence(leaves: Sequence[q.Leaf]) -> dict[q.Leaf, Evidence]:
    """Evidence to fill, for leaves and for the words of phrases."""
    return {leaf: {} for leaf in [*leaves, *q.words(leaves)]}


def _within(filters: Filters, catalog: CatalogReader) -> set[PhotoId] | None:
    """Photos that can be hits by the filters; None if any photo can."""
    if not filters.narrowed:
        return None
    return catalog.photos_within(since=filters.since, until=filters.until, folder=filters.folder)


def _among(within: set[PhotoId] | None, photos: set[PhotoId] | None) -> set[PhotoId] | None:
    """Photos that are in both sets, of which None is that of all photos."""
    if within is None or photos is None:
        return photos if within is None else within
    return within & photos


def _add_whole_words(
    found: dict[q.Leaf, Evidence], look: Callable[[Sequence[str]], dict[str, Evidence]]
) -> None:
    """Add evidence for words; a phrase may stand within one box, as `linked-list` does."""
    leaves = {leaf: q.in_one_box(leaf) for leaf in found}
    seen = look([text for text in dict.fromkeys(leaves.values()) if 0 < len(text) <= MAX_LETTERS])
    for leaf, text in leaves.items():
        # copies: what is added to one leaf is not said of another
        found[leaf].update({photo: dict(words) for photo, words in seen.get(text, {}).items()})


def _fields_below_or(node: q.QueryNode) -> list[q.Field]:
    """Fields that a photo need not fulfil, because words may stand in their place."""
    parts = node.parts if isinstance(node, q.And) else (node,)
    return [field for part in parts if isinstance(part, q.Or) for field in q.fields(part)]
