"""Entities of the application. All are frozen; boxes are half-open pixels of the upright photo."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NewType

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

PhotoId = NewType("PhotoId", int)
"""The catalog's number of a photo."""

WordIndex = NewType("WordIndex", int)
"""The place of a word among the words of its photo, in reading order, from 0."""

Evidence = dict[PhotoId, dict[WordIndex, float]]
"""Photo → word → probability that this word says a leaf of the query."""


class State(StrEnum):
    """State of a photo; `status` counts them."""

    PENDING = "pending"
    READ = "read"
    EMPTY = "empty"
    FAILED = "failed"
    OFFLINE = "offline"


@dataclass(frozen=True)
class Box:
    """left ≤ x < right, top ≤ y < bottom, in pixels."""

    left: int
    top: int
    right: int
    bottom: int

    def as_list(self) -> list[int]:
        """[left, top, right, bottom], as JSON carries it."""
        return [self.left, self.top, self.right, self.bottom]


@dataclass(frozen=True)
class Word:
    """One word image with its readings.

    Attributes:
        box: where it stands.
        line: number of its text line on the photo, in reading order.
        text: best reading.
        confidence: calibrated probability 0..1 of `text`.
        alternatives: readings with probabilities, best first, `text` included.
        posteriorgram: the probabilities of the network, packed; opaque to the indexer.

    """

    box: Box
    line: int
    text: str
    confidence: float
    alternatives: tuple[tuple[str, float], ...] = ()
    posteriorgram: bytes = b""


@dataclass(frozen=True)
class Recognition:
    """Readings and posteriorgram of one word image; fields as in Word."""

    text: str
    confidence: float
    alternatives: tuple[tuple[str, float], ...]
    posteriorgram: bytes


@dataclass(frozen=True)
class Reading:
    """What reading a photo gave: its upright size in pixels, when it was taken, its words."""

    width: int
    height: int
    taken: datetime | None
    words: tuple[Word, ...]


@dataclass(frozen=True)
class Stamp:
    """The cheap change check of a file: size in bytes and modification time in nanoseconds."""

    size: int
    mtime_ns: int


@dataclass(frozen=True)
class Volume:
    """A mounted file system: where it is mounted, and its number, which survives a restart."""

    point: Path
    number: str


@dataclass(frozen=True)
class Photo:
    """A photo with its places and words, from the catalog."""

    id: PhotoId
    hash: str
    state: State
    width: int
    height: int
    taken: datetime | None
    places: tuple[Path, ...]
    words: tuple[Word, ...] = ()


@dataclass(frozen=True)
class Failure:
    """A file that could not be read; `next_try` is seconds since 1970."""

    path: Path
    reason: str
    attempts: int
    next_try: float


@dataclass(frozen=True)
class Match:
    """A word that matches a query: its text, its box, and the probability that it says the query."""

    text: str
    box: Box
    score: float


@dataclass(frozen=True)
class Hit:
    """A photo that answers a query; `score` is a probability 0..1, `context` the line around."""

    photo: Path
    score: float
    words: tuple[Match, ...]
    taken: datetime | None = None
    context: str = ""


@dataclass(frozen=True)
class Answer:
    """All that a query gives: `total` counts the photos before the limit cut them."""

    query: str
    seconds: float
    total: int
    hits: tuple[Hit, ...] = field(default=())


@dataclass(frozen=True)
class EngineId:
    """What read a photo.

    Attributes:
        fingerprint: of detector and weights; photos with words are read again when it changes.
        alphabet: that of the weights.
        opener: version of the opening of files; photos without words are read again, too.
        limits: what was allowed; failed photos are tried again, too.

    """

    fingerprint: str
    alphabet: str
    opener: str = ""
    limits: str = ""

    @property
    def of_empty(self) -> str:
        """What decides whether a photo without words is read again."""
        return "+".join(filter(None, [self.fingerprint, self.opener]))

    @property
    def of_failed(self) -> str:
        """What decides whether a failed photo is tried again at once."""
        return "+".join(filter(None, [self.of_empty, self.limits]))


@dataclass(frozen=True)
class UnindexedPhoto:
    """A photo whose full text is behind: `words` is None when it must leave the index."""

    id: PhotoId
    generation: int
    words: tuple[Word, ...] | None
