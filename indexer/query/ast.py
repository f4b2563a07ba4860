"""What a user asks, as a tree, and how texts are folded before they are compared."""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from indexer.entities import PhotoId


@dataclass(frozen=True)
class Term:
    """A word, folded."""

    text: str


@dataclass(frozen=True)
class Pattern:
    """Words that match a pattern: `*` stands for any characters, `?` for one; folded."""

    text: str


@dataclass(frozen=True)
class Phrase:
    """Words that stand side by side, folded."""

    texts: tuple[str, ...]


@dataclass(frozen=True)
class Field:
    """What is known of a photo besides its words: `name` is one of FIELDS."""

    name: str
    value: str


@dataclass(frozen=True)
class And:
    """Every part must be on the photo."""

    parts: tuple[Question, ...]


@dataclass(frozen=True)
class Or:
    """At least one part must be on the photo."""

    parts: tuple[Question, ...]


@dataclass(frozen=True)
class Not:
    """The part must not be on the photo."""

    part: Question


Leaf = Term | Pattern | Phrase
Question = Leaf | Field | And | Or | Not

FIELDS = ("folder", "date", "name")


def leaves(question: Question, *, negated: bool = False) -> list[Leaf]:
    """What a photo can show for `question`: its words, patterns and phrases.

    Those below a Not are left out unless `negated`.
    """
    if isinstance(question, And | Or):
        return [leaf for part in question.parts for leaf in leaves(part, negated=negated)]
    if isinstance(question, Not):
        return leaves(question.part, negated=True) if negated else []
    return [] if isinstance(question, Field) else [question]


def fields(question: Question) -> list[Field]:
    """All fields that `question` asks for."""
    if isinstance(question, And | Or):
        return [field for part in question.parts for field in fields(part)]
    if isinstance(question, Not):
        return fields(question.part)
    return [question] if isinstance(question, Field) else []


def is_certain(question: Question) -> bool:
    """Whether photos fulfil it or do not, whatever may be read on them; so are negations."""
    return not leaves(question)


def admitted(question: Question, known: Mapping[Field, set[PhotoId]]) -> set[PhotoId] | None:
    """Photos that can answer, by the fields alone; None if all can."""
    if isinstance(question, Field):
        return known[question]
    if not isinstance(question, And | Or):
        return None
    each = [admitted(part, known) for part in question.parts]
    sets = [photos for photos in each if photos is not None]
    if isinstance(question, And):
        return set.intersection(*sets) if sets else None
    return set.union(*sets) if len(sets) == len(each) else None


def fulfils(field: Field, place: Path, taken: datetime | None) -> bool:
    """Whether a photo at `place` has what is asked; folder and name may hold wildcards."""
    if field.name == "date":
        first, _, last = field.value.partition("..")
        day = f"{taken:%Y-%m-%d}" if taken else ""
        last = last if ".." in field.value else first
        return bool(day) and first <= day[: len(first)] and day[: len(last)] <= last
    value = field.value.casefold()
    if field.name == "name":
        name = place.name.casefold()
        return fnmatch.fnmatchcase(name, value) or fnmatch.fnmatchcase(name, value + ".*")
    return fnmatch.fnmatchcase(f"{place.parent}/".casefold(), f"*/{value.strip('/')}/*")
