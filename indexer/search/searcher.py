"""Answers to queries, in four phases: shortlist, kept readings, score, hits.

Evidence is gathered word by word: from the posteriorgrams of every word (the posterior store),
then again from all those of the likeliest photos and from their readings. A photo's score is the
probability that it answers: several words multiply, alternatives of a query combine, a repeated
word counts more, once. It depends on the photo and the query, not on the other photos.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from indexer.entities import Answer
from indexer.errors import UsageError
from indexer.query import ast as q
from indexer.query import parser
from indexer.query.indexed_words import tokens
from indexer.query.suggestions import nearest
from indexer.search.filters import Filters
from indexer.search.hits import best_hits
from indexer.search.kept_readings import gather
from indexer.search.other_forms import with_forms
from indexer.search.score import score
from indexer.search.shortlist import shortlist
from indexer.search.unknown_places import folders_like, unknown_places
from indexer.stores.stores import Stores

if TYPE_CHECKING:
    from pathlib import Path

    from indexer.catalog.queries import CatalogReader
    from indexer.stores.fulltext import Fulltext
    from indexer.stores.posteriors import PosteriorStore

__all__ = ["Filters", "Searcher"]

MAX_CORRECTED = 5
"""Words of a query for which similar ones are suggested: each is compared with all that were read."""


class Searcher:
    """Answers queries from an open catalog and the stores that are derived from it."""

    def __init__(self, catalog: CatalogReader, index: Fulltext, posteriors: PosteriorStore) -> None:
        """Read the alphabet of its words from the catalog. Raises CatalogError."""
        self._catalog, self._stores = catalog, Stores(index, posteriors)
        self._alphabet = catalog.alphabet()

    def search(self, text: str, filters: Filters) -> Answer:
        """Answer one query.

        Raises:
            UsageError: the query cannot be parsed.
            CatalogError: catalog or derived stores cannot be read.
        """
        start = time.perf_counter()
        node = parser.parse(text)
        plain = node
        if not filters.exact:
            node = with_forms(plain, self._stores.index)
        listed = shortlist(plain, node, filters, self._catalog, self._stores, self._alphabet)
        evidence = gather(node, listed, self._catalog, exact=filters.exact)
        scores = score(node, evidence)
        total, hits = best_hits(node, evidence, scores, filters, self._catalog)
        return Answer(text, time.perf_counter() - start, total + listed.others, hits)

    def require_folder(self, folder: Path) -> None:
        """Raise UsageError if `folder` holds no indexed photo, and no photo folder either."""
        if any(root.is_relative_to(folder) for root in self._catalog.roots()):
            return
        if not self._catalog.photos_within(since=None, until=None, folder=folder):
            like = folders_like(folder, self._catalog.places())
            msg = f"{folder}: no photo below this folder is indexed{like}; ocrsearch status lists the folders that are"
            raise UsageError(msg)

    def unknown_places(self, found: Answer) -> list[str]:
        """What is said of each `folder:` and `name:` of a query that no indexed file fulfils."""
        node = parser.parse(found.query)
        named = any(field.name != "date" for field in q.fields(node))
        return unknown_places(node, self._catalog.places()) if named else []

    def suggestions(self, found: Answer) -> list[str]:
        """Words like those of a query: from its hits, or if it has none from all photos."""
        leaves = q.leaves(parser.parse(found.query))
        terms = [leaf.text for leaf in leaves if isinstance(leaf, q.Term)][:MAX_CORRECTED]
        if not found.hits:
            return [word for term in terms for word in self._stores.index.suggestions(term)]
        read = {token for hit in found.hits for w in hit.words for token in tokens(w.text)}
        return [word for term in terms for word in nearest(term, read)]
