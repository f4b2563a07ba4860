"""The words of a query with their other forms, where these were read somewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from indexer.query import ast as q

if TYPE_CHECKING:
    from collections.abc import Mapping

    from indexer.stores.fulltext import Fulltext

MAX_INFLECTED = 10
"""Words of a query whose other forms are looked for."""


def with_forms(node: q.QueryNode, index: Fulltext) -> q.QueryNode:
    """Add other forms to the words of a query; quoted ones and those below a Not mean themselves.

    Raises:
        CatalogError: the index is missing or damaged.

    """
    words = [leaf for leaf in q.leaves(node) if isinstance(leaf, q.Term) and not leaf.literal]
    forms = index.inflections([word.text for word in words[:MAX_INFLECTED]])
    return _replaced(node, forms) if forms else node


def _replaced(node: q.QueryNode, forms: Mapping[str, tuple[str, ...]]) -> q.QueryNode:
    if isinstance(node, q.And | q.Or):
        return type(node)(tuple(_replaced(part, forms) for part in node.parts))
    if isinstance(node, q.Term) and not node.literal and node.text in forms:
        return q.Inflected(node, q.OtherForm(node.text), forms[node.text])
    return node
