"""Last phase of a query: the best photos as hits, with the words that match and their context."""

from __future__ import annotations

import heapq
from collections import defaultdict
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from indexer.entities import Box, Hit, Match, WordIndex
from indexer.query import ast as q
from indexer.search.phrases import MIN_LIKELY, likely_words
from indexer.search.shown_place import choose, ranking
from indexer.stores.broken_words import covered

if TYPE_CHECKING:
    from collections.abc import Mapping

    from indexer.catalog.queries import CatalogReader
    from indexer.entities import Photo, PhotoId, Word
    from indexer.search.evidence import QueryEvidence
    from indexer.search.filters import Filters


def best_hits(
    node: q.QueryNode,
    evidence: QueryEvidence,
    scores: Mapping[PhotoId, float],
    filters: Filters,
    catalog: CatalogReader,
) -> tuple[int, tuple[Hit, ...]]:
    """Count the photos that answer, and make hits of the best ones, best first.

    Looks at the disk once for each hit, except on offline folders: the hit names a file that is
    there, if the photo has any.
    """
    ranked = [photo_id for photo_id, score in scores.items() if score >= filters.least]
    best = heapq.nsmallest(filters.limit, ranked, key=lambda p: (-scores[p], p))
    photos = catalog.photos(best, folder=filters.folder)
    matched = {photo_id: matched_words(node, evidence, photo_id) for photo_id in best}
    words = catalog.words_on_lines(matched)
    roots, against = catalog.roots(), ranking(node)
    hits = []
    for n in best:
        if n in photos and (n in words or not matched[n]):
            path, missing = choose(photos[n].places, against, roots)
            found = hit(photos[n], scores[n], matched[n], words.get(n, {}))
            hits.append(replace(found, photo=path, missing=missing))
    return len(ranked), tuple(hits)


def matched_words(
    node: q.QueryNode, evidence: QueryEvidence, photo_id: PhotoId
) -> dict[WordIndex, float]:
    """Words of a photo that answer, with their probabilities, likeliest first."""
    shown: dict[WordIndex, float] = {}
    for leaf in q.leaves(node):
        words = likely_words(leaf, evidence, photo_id)
        least = min(MIN_LIKELY, max((p for p, _ in words.values()), default=0.0) / 2)
        for p, run in words.values():
            # a phrase is evidence where it begins and shows all its words, each with its pieces
            for place in chain.from_iterable(map(covered, run)):
                if p > least:
                    index = WordIndex(place)
                    shown[index] = max(p, shown.get(index, 0.0))
    return dict(sorted(shown.items(), key=lambda item: -item[1]))


def hit(
    photo: Photo, score: float, matched: Mapping[WordIndex, float], words: Mapping[WordIndex, Word]
) -> Hit:
    """Make a hit of a photo.

    Args:
        photo: with at least one place; the first one is named.
        score: of the photo.
        matched: words that answer, likeliest first, with their probabilities.
        words: these words and all others on their lines, in reading order.

    """
    present = [index for index in matched if index in words]
    lines: dict[int, float] = defaultdict(float)
    for index in present:
        lines[words[index].line] += matched[index]
    # the line that shows most of what was asked, not the one with the single surest word
    shown = max(lines, key=lambda line: lines[line], default=None)
    context = [word for word in words.values() if word.line == shown]
    matches = (Match(words[i].text, words[i].box, matched[i]) for i in present)
    return Hit(
        photo.places[0],
        score,
        tuple(matches),
        photo.taken,
        " ".join(word.text for word in context),
        content=photo.hash,
        size=(photo.width, photo.height),
        line=Box.around(word.box for word in context) if context else None,
    )
