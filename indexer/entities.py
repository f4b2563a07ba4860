"""Entities of the application. All are frozen; boxes are half-open pixels of the upright photo."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NewType

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path

PhotoId = NewType("PhotoId", int)
"""The catalog's number of a photo."""

WordIndex = NewType("WordIndex", int)
"""The place of a word among the words of its photo, in reading order, from 0."""

Corners = tuple[tuple[float, float], ...]
"""Four points (x, y) in pixels, or none."""

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

    @classmethod
    def around(cls, boxes: Iterable[Box]) -> Box:
        """The smallest box that holds all of at least one box."""
        edges = [box.as_list() for box in boxes]
        lefts, tops, rights, bottoms = zip(*edges, strict=True)
        return cls(min(lefts), min(tops), max(rights), max(bottoms))

    def as_list(self) -> list[int]:
        """[left, top, right, bottom], as JSON carries it."""
        return [self.left, self.top, self.right, self.bottom]


ENGINE = "engine"
"""The author of a word that nobody has corrected."""


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
        corners: (x, y) of the word itself where its line is slanted, clockwise from the upper left
            one along the line; they decide what is cut out to be read.
        by: `engine`, or whose correction it shows, see `corrections`.
        correction: the uid of that correction; "" for none.

    """

    box: Box
    line: int
    text: str
    confidence: float
    alternatives: tuple[tuple[str, float], ...] = ()
    posteriorgram: bytes = b""
    corners: Corners = ()
    by: str = ENGINE
    correction: str = ""

    @property
    def outline(self) -> Corners:
        """Its four corners; those of its box where the line is level, or they were not kept."""
        left, top, right, bottom = self.box.as_list()
        return self.corners or ((left, top), (right, top), (right, bottom), (left, bottom))


@dataclass(frozen=True)
class Recognition:
    """Readings and posteriorgram of one word on an image; fields as in Word.

    Attributes:
        start: where the word begins, as a share of the image's width.
        end: where it ends; an image may hold several words.

    """

    text: str
    confidence: float
    alternatives: tuple[tuple[str, float], ...]
    posteriorgram: bytes
    start: float = 0.0
    end: float = 1.0


@dataclass(frozen=True)
class Reading:
    """What reading a photo gave: its upright size in pixels, when it was taken, its words."""

    width: int
    height: int
    taken: datetime | None
    words: tuple[Word, ...]


@dataclass(frozen=True)
class Stamp:
    """The cheap change check of a file.

    Attributes:
        size: in bytes.
        mtime_ns: modification time in nanoseconds.
        ctime_ns: time of the last change of content, name or permissions; 0 if unknown.
        device: number of the file system, which may be another after a restart.
        inode: number of the file in it, the same for all names of a file; 0 if unknown.

    """

    size: int
    mtime_ns: int
    ctime_ns: int = 0
    device: int = 0
    inode: int = 0

    @classmethod
    def of(cls, status: os.stat_result) -> Stamp:
        """The stamp of a file with this status; each number fits into 64 bits with a sign.

        Times after 2262 and the numbers of some network file systems do not: they wrap around,
        and so remain different from each other.
        """
        return cls(
            _wrapped(status.st_size),
            _wrapped(status.st_mtime_ns),
            _wrapped(status.st_ctime_ns),
            _wrapped(status.st_dev),
            _wrapped(status.st_ino),
        )

    def keeps_content_of(self, before: Stamp) -> bool:
        """Whether a file that has this stamp now surely holds what it held `before`.

        New permissions and another name of the same file change neither size nor time. A file that
        was put in the place of another may have both of them as well, but not its inode *and* its
        change time. Neither alone is a sign: memory cards number their files anew all the time.
        """
        if (self.size, self.mtime_ns) != (before.size, before.mtime_ns):
            return False
        known = before.inode != 0
        return not (known and self.inode != before.inode and self.ctime_ns != before.ctime_ns)


def _wrapped(number: int) -> int:
    """A whole number as 64 bits with a sign hold it."""
    return (number + 2**63) % 2**64 - 2**63


@dataclass(frozen=True)
class Volume:
    """A mounted file system: where it is mounted, and its number, which survives a restart."""

    point: Path
    number: str


@dataclass(frozen=True)
class Photo:
    """A photo with its places and words, from the catalog; `version` changes with its words."""

    id: PhotoId
    hash: str
    state: State
    width: int
    height: int
    taken: datetime | None
    places: tuple[Path, ...]
    words: tuple[Word, ...] = ()
    version: int = 0


@dataclass(frozen=True)
class Failure:
    """A file that could not be read; `next_try` is seconds since 1970.

    `readable` says whether its permissions allowed to open it.
    """

    path: Path
    reason: str
    attempts: int
    next_try: float
    readable: bool = True


@dataclass(frozen=True)
class Match:
    """A word that matches a query: its text, its box, and the probability that it says the query."""

    text: str
    box: Box
    score: float


@dataclass(frozen=True)
class Hit:
    """A photo that answers a query.

    Attributes:
        photo: a file of it.
        score: probability 0..1 that it answers.
        words: those that match.
        taken: when it was taken, if that is known.
        context: the text of the line that shows most of what was asked.
        missing: no file at `photo` could be seen.
        content: its content hash.
        size: its width and height in pixels.
        line: where the line of `context` stands.

    """

    photo: Path
    score: float
    words: tuple[Match, ...]
    taken: datetime | None = None
    context: str = ""
    missing: bool = False
    content: str = ""
    size: tuple[int, int] = (0, 0)
    line: Box | None = None


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
        alphabet: that of the posteriorgrams.
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
    """A photo whose full text is behind: `words` is None when it must leave the index.

    `alphabet` is the one that its posteriorgrams are packed with.
    """

    id: PhotoId
    generation: int
    words: tuple[Word, ...] | None
    alphabet: str
