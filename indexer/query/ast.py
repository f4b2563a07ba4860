"""Syntax tree of a query."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from indexer.entities import PhotoId


@dataclass(frozen=True)
class Term:
    """A word, folded; `literal` if it was quoted, so that no other form of it is meant."""

    text: str
    literal: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class Pattern:
    """Words that match a pattern: `*` stands for any characters, `?` for one; folded."""

    text: str


@dataclass(frozen=True)
class Phrase:
    """Words and patterns that stand side by side, folded; ANY_WORD, which is never first or last, for any."""

    texts: tuple[str, ...]


@dataclass(frozen=True)
class Field:
    """A condition on where a photo lies or when it was taken: `name` is one of FIELDS."""

    name: str
    value: str


@dataclass(frozen=True)
class And:
    """Every part must be on the photo."""

    parts: tuple[QueryNode, ...]


@dataclass(frozen=True)
class Or:
    """At least one part must be on the photo."""

    parts: tuple[QueryNode, ...]


@dataclass(frozen=True)
class Not:
    """The part must not be on the photo."""

    part: QueryNode


@dataclass(frozen=True)
class OtherForm:
    """Any other form of a word: `sorted` or `sort` if `text` is `sorting`; folded."""

    text: str


@dataclass(frozen=True)
class Inflected:
    """A word, or instead, which counts less, another form of it.

    Attributes:
        word: what is asked for.
        other: any other form.
        read: some forms that were read somewhere, to find photos by.

    """

    word: Term
    other: OtherForm
    read: tuple[str, ...]


Leaf = Term | Pattern | Phrase | OtherForm
QueryNode = Leaf | Field | And | Or | Not | Inflected

ANY_WORD = "*"
"""Text of a phrase in the place of any one word."""

FIELDS = ("folder", "date", "name")
"""Names of the fields, as they are written before a colon."""


def leaves(node: QueryNode, *, negated: bool = False) -> list[Leaf]:
    """Words, patterns and phrases of a query; those below a Not only if `negated`."""
    if isinstance(node, And | Or):
        return [leaf for part in node.parts for leaf in leaves(part, negated=negated)]
    if isinstance(node, Inflected):
        return [node.word, node.other]
    if isinstance(node, Not):
        return leaves(node.part, negated=True) if negated else []
    return [] if isinstance(node, Field) else [node]


@lru_cache(1000)
def word(text: str, *, literal: bool = False) -> Term | Pattern:
    """A word, or a pattern if `text` holds wildcards."""
    return Pattern(text) if "*" in text or "?" in text else Term(text, literal)


def in_one_box(leaf: Leaf) -> str:
    """The text of a word or pattern; that of a phrase as if it were one word, "" if it cannot be."""
    if not isinstance(leaf, Phrase):
        return leaf.text
    if ANY_WORD in leaf.texts:
        return ""
    return re.sub(r"\*+", "*", "".join(leaf.texts))


def letters(leaf: Leaf) -> int:
    """Letters and digits of a word, of all words of a phrase, or that a pattern prescribes."""
    texts = leaf.texts if isinstance(leaf, Phrase) else (leaf.text,)
    return sum(map(str.isalnum, "".join(texts)))


def words(leaves: Iterable[Leaf]) -> list[Term | Pattern | OtherForm]:
    """The same leaves with each phrase replaced by its words and patterns."""
    found: list[Term | Pattern | OtherForm] = []
    for leaf in leaves:
        if isinstance(leaf, Phrase):
            found += [word(text) for text in leaf.texts if text != ANY_WORD]
        else:
            found.append(leaf)
    return found


def fields(node: QueryNode) -> list[Field]:
    """All fields of a query, also those below a Not."""
    if isinstance(node, And | Or):
        return [field for part in node.parts for field in fields(part)]
    if isinstance(node, Not):
        return fields(node.part)
    return [node] if isinstance(node, Field) else []


def is_certain(node: QueryNode) -> bool:
    """Whether a node is true or false of a photo, not more or less likely: fields, negations."""
    return not leaves(node)


def is_found_without_words(node: QueryNode, *, nor_fields: bool = False) -> bool:
    """Whether a photo that holds none of the words may be a hit; `nor_fields`: nor fulfils a field."""
    if isinstance(node, And):
        return all(is_found_without_words(part, nor_fields=nor_fields) for part in node.parts)
    if isinstance(node, Or):
        return any(is_found_without_words(part, nor_fields=nor_fields) for part in node.parts)
    return isinstance(node, Not) or (isinstance(node, Field) and not nor_fields)


def admitted(node: QueryNode, known: Mapping[Field, set[PhotoId]]) -> set[PhotoId] | None:
    """Photos that can be hits, by the fields alone; None if any photo can.

    Args:
        node: the query.
        known: the photos that fulfil each of its fields.

    """
    if isinstance(node, Field):
        return known[node]
    if not isinstance(node, And | Or):
        return None
    each = [admitted(part, known) for part in node.parts]
    sets = [photos for photos in each if photos is not None]
    if isinstance(node, And):
        return set.intersection(*sets) if sets else None
    return set.union(*sets) if len(sets) == len(each) else None
