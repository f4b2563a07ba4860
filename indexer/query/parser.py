"""Parser of the query language, on top of Whoosh's."""

from __future__ import annotations

import re
from itertools import chain

from whoosh import qparser, query

from indexer.errors import UsageError
from indexer.query import ast as q
from indexer.query.folding import fold
from indexer.query.tokens import tokens

_DATE = r"\d{4}(-\d\d(-\d\d)?)?"


def parse(text: str) -> q.QueryNode:
    """Parse a query: words (all must match), AND, OR, NOT, "phrases", wild*ca?ds, fields, ( ).

    Raises:
        UsageError: a quote or bracket is not closed, an operator lacks its word, a date is
            malformed, or no word is given.

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
    parser = qparser.QueryParser(None, schema=None, plugins=plugins)
    try:
        # Whoosh's normal form merges `name:*` with whatever else is said about names
        node = _node(parser.parse(text, normalize=False))
    except (AssertionError, IndexError, RecursionError) as error:
        msg = f"query {text!r}: write AND, OR and NOT before or between words, few brackets deep"
        raise UsageError(msg) from error
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
        return _joined(q.And if isinstance(tree, query.And) else q.Or, tree)
    if tree.field() in q.FIELDS:
        return _field(tree)
    if isinstance(tree, query.Phrase):
        return _words([token for word in tree.words for token in tokens(word)])
    if isinstance(tree, query.Prefix):
        return _pattern(tree.text + "*")
    if isinstance(tree, query.Wildcard) and re.search(r"[*?]", tree.text):
        return _pattern(tree.text)  # Whoosh takes question marks of other scripts for wildcards too
    return _words(tokens(tree.text)) if isinstance(tree, query.Term | query.Wildcard) else None


def _joined(kind: type[q.And | q.Or], tree: query.Query) -> q.QueryNode | None:
    """The parts of a node and of those of its kind within it, each once."""
    found = [part for part in map(_node, tree.children()) if part is not None]
    inner = (part.parts if isinstance(part, kind) else (part,) for part in found)
    parts = tuple(dict.fromkeys(chain.from_iterable(inner)))
    return kind(parts) if len(parts) > 1 else parts[0] if parts else None


def _field(tree: query.Query) -> q.Field | None:
    name = tree.field()
    prefix = tree.text + "*" if isinstance(tree, query.Prefix) else None
    value = " ".join(tree.words) if isinstance(tree, query.Phrase) else prefix or tree.text
    if not value:
        return None
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
