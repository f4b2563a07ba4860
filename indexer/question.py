"""What a user asks, as a tree, and how texts are folded before they are compared."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass


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
Question = Leaf | And | Or | Not


def fold(text: str) -> str:
    """Lower case without accents; what remains of case and accents after reading is chance."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def tokens(text: str) -> list[str]:
    """The searchable words of a reading: folded runs of letters and digits."""
    return re.findall(r"[^\W_]+", fold(text))


def leaves(question: Question, *, negated: bool = False) -> list[Leaf]:
    """What a photo can show for `question`: its words, patterns and phrases.

    Those below a Not are left out unless `negated`.
    """
    if isinstance(question, And | Or):
        return [leaf for part in question.parts for leaf in leaves(part, negated=negated)]
    if isinstance(question, Not):
        return leaves(question.part, negated=True) if negated else []
    return [question]
