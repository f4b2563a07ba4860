"""The trial of a teacher on checked words, and which of its words are taken. Pure functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from indexer.entities import Word
    from indexer.sync.teaching.alignment import TaughtWord

MAX_WORDS = 300
"""Checked words that a teacher is tried on."""

MIN_WORDS = 50
"""Checked words without which nothing can be said of a teacher."""

MIN_RIGHT = 0.97
"""Share of right words among those that a teacher finds in our kept readings, for it to choose there."""


@dataclass(frozen=True)
class TriedWord:
    """A checked word: what stands there, what we read, and what the teacher says, None for nothing."""

    truth: str
    read: Word
    said: TaughtWord | None


@dataclass(frozen=True)
class Trial:
    """What a trial showed; shares are 0..1, None where there were no words.

    Attributes:
        words: checked words.
        said: those of which the teacher said anything.
        right, ours_right: share of right ones of all words.
        agreement: share of words of which both say the same.
        agreed_right: share of right ones among these.
        differing_right, ours_differing_right: share where they say different things.
        least_confidence: from which on the teacher may choose among kept readings; None for never.
        taken, taken_right: share of words that would be taken, and of right ones among these.

    """

    words: int
    said: int
    right: float | None
    ours_right: float | None
    agreement: float | None
    agreed_right: float | None
    differing_right: float | None
    ours_differing_right: float | None
    least_confidence: float | None
    taken: float | None = None
    taken_right: float | None = None

    @property
    def refusal(self) -> str:
        """Why the teacher may not label; "" if it may."""
        if self.words < MIN_WORDS:
            return (
                f"only {self.words} checked words; at least {MIN_WORDS} are needed to try a "
                "teacher: check photos first"
            )
        theirs, ours = self.differing_right, self.ours_differing_right
        if theirs is not None and ours is not None and theirs < ours:
            return (
                f"it is the weaker one: where both differ it is right {theirs:.0%} of the time, "
                f"and what is read here {ours:.0%}"
            )
        return ""


def tried(words: Sequence[TriedWord]) -> Trial:
    """Compare a teacher with us on checked words."""
    said = [w for w in words if w.said is not None]
    agreed = [w for w in said if w.said and w.said.text == w.read.text]
    differing = [w for w in said if w.said and w.said.text != w.read.text]
    least = _least_confidence([w for w in said if w.said and is_taken(w.read, w.said, 0.0)])
    taken = [w for w in said if w.said and is_taken(w.read, w.said, least)]
    return Trial(
        len(words),
        len(said),
        _share(w.said is not None and w.said.text == w.truth for w in words),
        _share(w.read.text == w.truth for w in words),
        len(agreed) / len(words) if words else None,
        _share(w.read.text == w.truth for w in agreed),
        _share(w.said is not None and w.said.text == w.truth for w in differing),
        _share(w.read.text == w.truth for w in differing),
        least,
        len(taken) / len(words) if words else None,
        _share(w.said is not None and w.said.text == w.truth for w in taken),
    )


def is_taken(read: Word, said: TaughtWord, least_confidence: float | None) -> bool:
    """Whether what a teacher says of a word is kept: it is our best reading, or one of the others."""
    if said.text == read.text:
        return True
    if least_confidence is None or said.confidence < least_confidence:
        return False
    return any(said.text == text for text, _ in read.alternatives)


def _least_confidence(kept: Sequence[TriedWord]) -> float | None:
    """The least confidence from which on words in our kept readings were right often enough."""
    by_confidence = sorted(
        ((w.said.confidence, w.said.text == w.truth) for w in kept if w.said), reverse=True
    )
    least, right = None, 0
    for count, (confidence, is_right) in enumerate(by_confidence, start=1):
        right += is_right
        last = count == len(by_confidence) or by_confidence[count][0] < confidence
        if last and right >= MIN_RIGHT * count:
            least = confidence
    return least


def _share(right: Iterable[bool]) -> float | None:
    values = list(right)
    return sum(values) / len(values) if values else None
