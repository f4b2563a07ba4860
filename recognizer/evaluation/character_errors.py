"""Confusion matrix and error rates by character class, from edits between truth and reading."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from rapidfuzz.distance import Levenshtein

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

CLASSES = ("lower-case", "capitals", "digits", "signs", "other")
"""Character classes; "other" holds the letters of scripts without case."""


@dataclass(frozen=True)
class ClassErrors:
    """Character errors of one class.

    Attributes:
        characters: number of characters of this class in the truth.
        replaced: those that were read as another character, of whatever class.
        missed: those that were not read.
        added: characters of this class that were read where the truth has none.

    """

    characters: int
    replaced: int
    missed: int
    added: int

    @property
    def rate(self) -> float | None:
        """Errors / characters; None if the truth has no character of this class."""
        errors = self.replaced + self.missed + self.added
        return errors / self.characters if self.characters else None


@dataclass(frozen=True)
class Confusion:
    """A cell of the confusion matrix: `truth` was read as `read`; "" stands for no character."""

    truth: str
    read: str
    count: int


def class_of(character: str) -> str:
    """The one of `CLASSES` that `character` belongs to."""
    if character.isdigit():
        return "digits"
    if character.isupper():
        return "capitals"
    if character.islower():
        return "lower-case"
    return "other" if character.isalpha() else "signs"


def errors_by_class(pairs: Iterable[tuple[str, str]]) -> dict[str, ClassErrors]:
    """Errors of (truth, reading) pairs by class; classes that occur in neither are left out.

    The edits are those of a shortest Levenshtein alignment. A replaced or missed character counts
    for its class in the truth, an added one for its own.
    """
    counts: Counter[tuple[str, str]] = Counter()
    for truth, read in pairs:
        counts.update((class_of(character), "in truth") for character in truth)
        for edit in Levenshtein.editops(truth, read):
            added = edit.tag == "insert"
            character = read[edit.dest_pos] if added else truth[edit.src_pos]
            counts[class_of(character), edit.tag] += 1
    seen = {name for name, _ in counts}
    return {
        name: ClassErrors(
            *(counts[name, what] for what in ("in truth", "replace", "delete", "insert"))
        )
        for name in CLASSES
        if name in seen
    }


def confusions(pairs: Iterable[tuple[str, str]], limit: int = 20) -> tuple[Confusion, ...]:
    """The `limit` most frequent confusions of (truth, reading) pairs, ties in alphabetical order.

    A confusion is an edit segment, see `edit_segments`.
    """
    counts = Counter(segment for truth, read in pairs for segment in edit_segments(truth, read))
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Confusion(truth, read, count) for (truth, read), count in ranked[:limit])


def edit_segments(truth: str, read: str) -> Iterator[tuple[str, str]]:
    """The differing parts of `truth` and `read`, each as (part of the truth, part of the reading).

    Adjacent edits are one segment if they change the length ("rn" read as "m"), and one segment
    for each character if they do not ("ab" read as "xy" is "a" as "x" and "b" as "y").
    """
    edits = Levenshtein.opcodes(truth, read)
    for same, run in groupby(edits, key=lambda edit: edit.tag == "equal"):
        if same:
            continue
        first, *rest = run
        last = rest[-1] if rest else first
        left = truth[first.src_start : last.src_end]
        right = read[first.dest_start : last.dest_end]
        if len(left) == len(right):
            yield from zip(left, right, strict=True)
        else:
            yield left, right
