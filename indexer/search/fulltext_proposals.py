"""Photos that the full text proposes, unless a word of the query stands on too many."""

from __future__ import annotations

import math
from itertools import islice
from typing import TYPE_CHECKING

from indexer.query import ast as q

if TYPE_CHECKING:
    from collections.abc import Collection

    from indexer.entities import PhotoId
    from indexer.stores.stores import Stores

MAX_PROPOSED = 3_000
"""Photos with a reading of each word from which the full text is not searched: it takes long, and the
posterior store gives more photos for such common words than anybody reads through."""


def proposed_photos(
    node: q.QueryNode,
    count: int,
    admitted: Collection[PhotoId] | None,
    fulfilling: Collection[PhotoId] | None,
    stores: Stores,
    *,
    exact: bool,
) -> list[PhotoId]:
    """At most `count` photos that the full text proposes, and as many of those `fulfilling` a field.

    Beside an Or, a field makes up for words by which the full text ranks others higher.
    """
    if not q.leaves(node):
        return []
    asked = [leaf.text for leaf in q.words(q.leaves(node))]
    seen = all(stores.posteriors.can_say(text) for text in asked)
    most = MAX_PROPOSED if seen and not exact else math.inf
    if admitted is None and fulfilling is None:
        return stores.index.candidates(node, count, most)
    proposed = stores.index.candidates(node, None, most)
    if admitted is not None:
        proposed = [photo_id for photo_id in proposed if photo_id in admitted]
    by_field = (photo_id for photo_id in proposed if photo_id in (fulfilling or ()))
    return list(dict.fromkeys((*proposed[:count], *islice(by_field, count))))
