"""Parser of the query language, on top of Whoosh's."""

from __future__ import annotations

import re

from whoosh import qparser, query

from indexer.errors import UsageError
from indexer.query import ast as q
from indexer.query.text import fold, tokens

_DATE = r"\d{4}(-\d\d(-\d\d)?)?"


def parse(text: str) -> q.QueryNode:
    """Parse a query: words (all must match), AND, OR, NOT, "phrases", wild*ca?ds, fields, ( ).

    Raises:
        UsageError: a quote or bracket is not closed, a date is malformed, or no word is given.

    """
    if text.count('"') % 2:
        msg = f"query {text!r}: a quote is never closed; add the second quotation mark"
        raise UsageError(msg)
    if text.count("(") != text.count(")"):
        msg = f"query {text!r}: the brackets do not match; close each one that is opened"
        raise UsageError(msg)
    plugins = [
        qparser.WhitespacePlugin(),
        qparser.PhrasePlugin(),
        qparser.WildcardPlugin(),
        qparser.FieldsPlugin(expr=rf"\b(?P<text>{'|'.join(q.FIELDS)}):(?=\S)"),
        qparser.OperatorsPlugin(AndMaybe=None, Require=None),
        qparser.GroupPlugin(),
    ]
    tree = qparser.QueryParser(None, schema=None, plugins=plugins).parse(text)
    node = _node(tree)
    if node is None or not q.leaves(node):
        msg = f"query {text!r}: give at least one word to look for"
        raise UsageError(msg)
    return node


def _node(tree: query.Query) -> q.QueryNode | None:  # noqa: PLR0911 - one a kind of node
    """Convert a node of Whoosh's tree; None if it holds no letter or digit to look for."""
    if isinstance(tree, query.Not):
        part = _node(tree.query)
        return None if part is None else q.Not(part)
    if isinstance(tree, query.AndNot):
        return _node(query.And([tree.a, query.Not(tree.b)]))
    if isinstance(tree, query.And | query.Or):
        parts = tuple(p for p in map(_node, tree.children()) if p is not None)
        if len(parts) < 2:
            return parts[0] if parts else None
        return q.And(parts) if isinstance(tree, query.And) else q.Or(parts)
    if tree.field() in q.FIELDS:
        return _field(tree)
    if isinstance(tree, query.Phrase):
        return _words([token for word in tree.words for token in tokens(word)])
    if isinstance(tree, query.Prefix):
        return _pattern(tree.text + "*")
    if isinstance(tree, query.Wildcard):
        return _pattern(tree.text)
    return _words(tokens(tree.text)) if isinstance(tree, query.Term) else None


def _field(tree: query.Query) -> q.Field:
    name = tree.field()
    prefix = tree.text + "*" if isinstance(tree, query.Prefix) else None
    value = " ".join(tree.words) if isinstance(tree, query.Phrase) else prefix or tree.text
    if name == "date" and not re.fullmatch(rf"{_DATE}(\.\.({_DATE})?)?|\.\.{_DATE}", value):
        msg = f"date:{value}: give a year, month or day such as 2026-03, or a span such as 2026-01..2026-03-15"
        raise UsageError(msg)
    return q.Field(name, value)


def _pattern(text: str) -> q.Pattern | None:
    return q.Pattern(fold(text)) if tokens(text) else None


def _words(found: list[str]) -> q.QueryNode | None:
    """The tokens of one word: `linked-list` is a phrase, because detectors box it as one or two."""
    if len(found) < 2:
        return q.Term(found[0]) if found else None
    return q.Phrase(tuple(found))
