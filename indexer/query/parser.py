"""Parser of the query language: tokens to a tree, without recursion, so that any text will do."""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING

from indexer.errors import UsageError
from indexer.query import ast as q
from indexer.query.date_spans import date_span
from indexer.query.folding import fold
from indexer.query.indexed_words import tokens
from indexer.query.lexer import INFIX, OPERATORS, Token, scan

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

_WILDCARD = re.compile(r"([*?])")

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
    if node is None:
        msg = "give at least one word to look for"
        raise _RefusalError(msg)
    if q.is_found_without_words(node, nor_fields=True):
        msg = (
            "NOT only leaves out what something else finds; "
            "give a word to look for beside it, as in tree NOT java"
        )
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
        if token.kind == "empty":
            raise _without_value(token.text)
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
            node = _group(items)
            if outer and node is None:
                raise _without_value(outer)
            groups[-1][1].append(node)
        elif token.kind in OPERATORS:
            items.append(token.kind)
        else:
            items.append(_leaf(token, field or outer))
        field = ""
    if len(groups) > 1:
        msg = "a bracket is never closed; the brackets do not match"
        raise _RefusalError(msg)
    return _group(groups[0][1])


def _without_value(field: str) -> _RefusalError:
    example = {"date": "2026-03", "folder": "march", "name": "board*"}[field]
    return _RefusalError(
        f"{field}: needs a value right behind its colon, as in {field}:{example}; "
        f'to look for the word "{field}", put it in quotes'
    )


# groups --------------------------------------------------------------------------------------


def _group(items: Sequence[_Item]) -> q.QueryNode | None:
    """Join the parts of a group; NOT binds tightest, then OR, then AND, which is the same as a gap.

    ANDNOT is AND, and NOT of all alternatives behind it.
    """
    clauses: list[tuple[bool, list[q.QueryNode | None]]] = []
    infix, negated = "", False
    for before, item, after in zip((_EDGE, *items), items, (*items[1:], _EDGE), strict=False):
        if isinstance(item, str):
            _check(before, item, after)
            infix = item if item in INFIX else infix
            negated = item == "NOT"
            continue
        if infix != "OR":
            clauses.append((infix == "ANDNOT", []))
        clauses[-1][1].append(_negated(item) if negated else item)
        infix, negated = "", False
    found = [(unwanted, _joined(q.Or, parts)) for unwanted, parts in clauses]
    return _joined(q.And, [_negated(node) if unwanted else node for unwanted, node in found])


def _check(before: _Item, item: str, after: _Item) -> None:
    """Refuse an operator that lacks the word before or after it."""
    if item in INFIX and before in (*OPERATORS, _EDGE):
        side = "before"
    elif after in (*INFIX, _EDGE) or (item == after == "NOT"):
        side = "after"
    else:
        return
    msg = f'{item} needs a word {side} it; to look for the word "{item.lower()}", put it in quotes'
    raise _RefusalError(msg)


def _negated(node: q.QueryNode | None) -> q.QueryNode | None:
    return node.part if isinstance(node, q.Not) else node and q.Not(node)


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
    if token.kind == "quoted":
        return _quoted(token.text)
    if _WILDCARD.search(
        token.text
    ):  # `well-kn*` asks for `wellkn*`, and in two boxes for `"well kn*"`
        texts = _folded(token.text).split()
        whole, apart = _side_by_side(["".join(texts)]), _side_by_side(texts)
        return _joined(q.Or, [whole, apart]) if isinstance(apart, q.Phrase) else whole
    # `linked-list` is a phrase, because detectors box it as one or two
    return _side_by_side(tokens(token.text))


def _quoted(text: str) -> q.QueryNode | None:
    if not _WILDCARD.search(text):
        return _side_by_side(tokens(text), literal=True)
    # what stands right beside a `*` may be any characters, signs too
    glued = re.sub(r"(?:[^\w\s*?]|_)*\*(?:[^\w\s*?]|_)*", "*", text)
    texts = [
        text if tokens(text) else q.ANY_WORD for text in _folded(glued).split() if text.strip("?")
    ]
    said = _side_by_side(texts, literal=True)
    if said is None or not texts[-1].endswith("?"):
        return said
    # it may as well end a question
    return _joined(q.Or, [_side_by_side([*texts[:-1], texts[-1].rstrip("?")], literal=True), said])


def _side_by_side(texts: Sequence[str], *, literal: bool = False) -> q.Leaf | None:
    """A phrase of folded words and patterns, or what it is if there is one; None if there is none."""
    kept = [re.sub(r"\*+", "*", text) for text in texts]
    places = [place for place, text in enumerate(kept) if tokens(text)]
    # any word before the first or behind the last one is nothing to look for
    kept = kept[places[0] : places[-1] + 1] if places else []
    if len(kept) > 1:
        return q.Phrase(tuple(kept))
    return q.word(kept[0], literal=literal) if kept else None


def _folded(text: str) -> str:
    """A text folded, its signs replaced by gaps, but for wildcards."""
    parts = _WILDCARD.split(text)  # before folding, because a full-width `？` is none
    return "".join(
        part if _WILDCARD.fullmatch(part) else re.sub(r"[\W_]+", " ", fold(part)) for part in parts
    )


def _field(name: str, token: Token) -> q.Field:
    value = token.typed.strip()
    if not value:
        raise _without_value(name)
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
