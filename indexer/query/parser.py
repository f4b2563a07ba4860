"""Parser of the query language: tokens to a tree, without recursion, so that any text will do."""

from __future__ import annotations

import re
from itertools import chain, groupby
from typing import TYPE_CHECKING

from indexer.errors import UsageError
from indexer.query import ast as q
from indexer.query.date_spans import date_span
from indexer.query.folding import fold
from indexer.query.syntax import INFIX, OPERATORS, Token, scan
from indexer.query.tokens import tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_CHARACTERS = 5_000
"""Characters of a query."""

MAX_WORDS = 300
"""Words, patterns and fields of a query: each is looked up on its own."""

MAX_LETTERS = 200
"""Letters and digits of a word, or of a pattern with its wildcards: no box holds more."""

MAX_DEPTH = 30
"""Brackets within each other."""

_DATE = r"\d{4}(-\d\d(-\d\d)?)?"

_Item = q.QueryNode | str | None
"""A part of a group: a node, an operator, or None for what holds nothing to look for."""

_EDGE = "edge of the group"


def parse(text: str) -> q.QueryNode:
    """Parse a query: words (all must match), AND, OR, NOT, "phrases", wild*ca?ds, fields, ( ).

    Raises:
        UsageError: a quote or bracket is not closed, an operator lacks its word, a date is
            malformed or does not exist, no word is given, or the query is too long.

    """
    try:
        node = _parsed(text)
    except _RefusalError as error:
        msg = f"query {_shortened(text)}: {error}"
        raise UsageError(msg) from error
    return node


class _RefusalError(UsageError):
    """What is wrong with a query, and what to do."""


def _parsed(text: str) -> q.QueryNode:
    if len(text) > MAX_CHARACTERS:
        msg = f"it has more than {MAX_CHARACTERS:,} characters; ask for fewer words"
        raise _RefusalError(msg)
    if text.count('"') % 2:
        msg = "a quote is never closed; add the second quotation mark"
        raise _RefusalError(msg)
    node = _tree(text)
    if node is None or not q.leaves(node):
        msg = "give at least one word to look for"
        raise _RefusalError(msg)
    asked = [*q.words(q.leaves(node, negated=True)), *q.fields(node)]
    if len(asked) > MAX_WORDS:
        msg = f"it has {len(asked):,} words; ask for at most {MAX_WORDS}"
        raise _RefusalError(msg)
    for word in asked:
        if not isinstance(word, q.Field) and len(word.text) > MAX_LETTERS:
            msg = f"{_shortened(word.text, 20)} has more than {MAX_LETTERS} letters; shorten it"
            raise _RefusalError(msg)
    return node


def _shortened(text: str, most: int = 60) -> str:
    return repr(text if len(text) <= most else f"{text[:most]}…")


def _tree(text: str) -> q.QueryNode | None:
    groups: list[tuple[str, list[_Item]]] = [("", [])]
    field = ""
    for token in scan(text):
        outer, items = groups[-1]
        if token.kind == "field":
            field = token.text
            continue
        if token.kind == "open":
            groups.append((field or outer, []))
            if len(groups) > MAX_DEPTH + 1:
                msg = f"it has more than {MAX_DEPTH} brackets within each other; use fewer"
                raise _RefusalError(msg)
        elif token.kind == "close":
            if len(groups) == 1:
                msg = "a bracket is closed that was never opened; the brackets do not match"
                raise _RefusalError(msg)
            groups.pop()
            groups[-1][1].append(_group(items))
        elif token.kind in OPERATORS:
            items.append(token.kind)
        else:
            items.append(_leaf(token, field or outer))
        field = ""
    if len(groups) > 1:
        msg = "a bracket is never closed; the brackets do not match"
        raise _RefusalError(msg)
    return _group(groups[0][1])


# groups --------------------------------------------------------------------------------------


def _group(items: Sequence[_Item]) -> q.QueryNode | None:
    """Join the parts of a group; NOT binds tightest, then AND, OR, ANDNOT, and last a gap."""
    clauses: list[list[_Item]] = []
    for before, item, after in zip((_EDGE, *items), items, (*items[1:], _EDGE), strict=False):
        _check(before, item, after)
        if not clauses or not (before in OPERATORS or item in INFIX):
            clauses.append([])
        clauses[-1].append(item)
    return _joined(q.And, [_clause(clause) for clause in clauses])


def _check(before: _Item, item: _Item, after: _Item) -> None:
    """Refuse an operator that lacks the word before or after it."""
    if item not in OPERATORS:
        return
    if item in INFIX and before in (*OPERATORS, _EDGE):
        side = "before"
    elif after in (*INFIX, _EDGE) or (item == after == "NOT"):
        side = "after"
    else:
        return
    word = str(item).lower()
    msg = f'{item} needs a word {side} it; to look for the word "{word}", put it in quotes'
    raise _RefusalError(msg)


def _clause(items: list[_Item]) -> q.QueryNode | None:
    """A clause of words and operators, none of which lacks its word."""
    wanted, *unwanted = (
        _joined(q.Or, [_joined(q.And, _units(part)) for part in _split(side, "OR")])
        for side in _split(items, "ANDNOT")
    )
    return _joined(q.And, [wanted, *(None if part is None else q.Not(part) for part in unwanted)])


def _split(items: list[_Item], operator: str) -> list[list[_Item]]:
    return [list(part) for at, part in groupby(items, lambda item: item == operator) if not at]


def _units(items: list[_Item]) -> list[q.QueryNode | None]:
    """Nodes between AND, negated where NOT stands before them."""
    found: list[q.QueryNode | None] = []
    for before, item in zip(["", *items], items, strict=False):
        if not isinstance(item, str):
            found.append(q.Not(item) if before == "NOT" and item is not None else item)
    return found


def _joined(kind: type[q.And | q.Or], found: Sequence[q.QueryNode | None]) -> q.QueryNode | None:
    """The parts of a node and of those of its kind within it, each once."""
    inner = (p.parts if isinstance(p, kind) else (p,) for p in found if p is not None)
    parts = tuple(dict.fromkeys(chain.from_iterable(inner)))
    return kind(parts) if len(parts) > 1 else parts[0] if parts else None


# leaves --------------------------------------------------------------------------------------


def _leaf(token: Token, field: str) -> q.QueryNode | None:
    """A word, a pattern, a phrase or a field; None if it holds no letter or digit to look for."""
    if field:
        return _field(field, token)
    if token.kind == "word" and re.search(r"[*?]", token.text):
        return _pattern(token.text)
    found = tokens(token.text)
    # `linked-list` is a phrase, because detectors box it as one or two
    if len(found) > 1:
        return q.Phrase(tuple(found))
    return q.Term(found[0], literal=token.kind == "quoted") if found else None


def _pattern(text: str) -> q.Pattern | None:
    """A pattern without its signs, which make no difference: `well-kn*` asks for `wellkn*`."""
    kept = "".join(c for c in fold(text) if c.isalnum() or c in "*?")
    return q.Pattern(re.sub(r"\*+", "*", kept)) if tokens(kept) else None


def _field(name: str, token: Token) -> q.Field | None:
    value = token.typed.strip()
    if not value:
        return None
    if name != "date":
        return q.Field(name, value)
    value = token.text.strip()
    if not re.fullmatch(rf"{_DATE}(\.\.({_DATE})?)?|\.\.{_DATE}", value, re.ASCII):
        msg = f"date:{_shortened(value)[1:-1]}: give a year, month or day such as 2026-03, or a span such as 2026-01..2026-03-15"
        raise _RefusalError(msg)
    try:
        date_span(value)
    except ValueError as error:
        msg = f"date:{value}: there is no such date ({error}); give one that exists"
        raise _RefusalError(msg) from error
    return q.Field(name, value)
