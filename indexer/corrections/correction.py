"""The correction of a word, its authors and its text."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from indexer.errors import UsageError

if TYPE_CHECKING:
    from indexer.entities import Box, Corners

MAX_TEXT = 64
"""Characters of a correction."""

PERSON, IMPORT, TEACHER, ENGINE = "person", "import", "teacher", "engine"
"""Kinds of authors; an import and a teacher have a name besides, as `import:NAME`."""

_RANKS = {TEACHER: 1, IMPORT: 2, PERSON: 3}

HELD_OUT = 5
"""One photo in so many is held out: its words measure what was learned, and are not learned."""


class CorrectionKind(StrEnum):
    """How a correction came about."""

    TYPED = "typed"
    CHOSEN = "chosen"
    """One of the kept readings was chosen."""
    CONFIRMED = "confirmed"
    """The best reading was right."""
    DRAWN = "drawn"
    """The box was drawn, because the detector had none there."""
    CARRIED = "carried"
    """It stood on a photo that was replaced by another one."""
    UNREADABLE = "unreadable"
    """Nobody can tell what the word is; the reading stays, and is neither learned nor measured."""


class LearningPart(StrEnum):
    """What a correction is for when the recogniser learns."""

    LEARN = "learn"
    HELD = "held"
    NONE = "none"


@dataclass(frozen=True)
class Correction:
    """What stands in a box on a photo.

    Attributes:
        uid: 32 hex digits, of which files of two machines have different ones.
        content: content hash of the photo.
        size: width and height in pixels of the upright photo that `box` is measured in.
        box: the ink that is meant.
        text: what stands there; "" for no word.
        by: `person`, `import:NAME`, or `teacher:NAME@VERSION`.
        kind: how it came about.
        created_at: seconds since 1970.
        undone_at: the same; None while it counts.
        corners: four corners in pixels if the word is slanted.
        seen_text: what the engine had read there; "" for nothing.
        seen_confidence: probability 0..1 of that.
        device: the paired device that it came from; "" for this machine.
        number: order in which the catalog got its corrections.

    """

    uid: str
    content: str
    size: tuple[int, int]
    box: Box
    text: str
    by: str = PERSON
    kind: CorrectionKind = CorrectionKind.TYPED
    created_at: float = 0.0
    undone_at: float | None = None
    corners: Corners = ()
    seen_text: str = ""
    seen_confidence: float = 0.0
    device: str = ""
    number: int = 0

    @property
    def precedence(self) -> tuple[int, float, int]:
        """A person prevails over an import, that over a teacher; of one kind of author the later."""
        return _RANKS[self.by.partition(":")[0]], self.created_at, self.number

    @property
    def part(self) -> LearningPart:
        """All words of a photo are on the same side: learned, or held out."""
        if not self.text or self.kind in {CorrectionKind.CARRIED, CorrectionKind.UNREADABLE}:
            return LearningPart.NONE
        return LearningPart.HELD if is_held_out(self.content) else LearningPart.LEARN


def is_held_out(content: str) -> bool:
    """Whether the words of the photo with this content hash measure what was learned."""
    digest = hashlib.blake2b(content.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % HELD_OUT == 0


NOT_READ = "not read yet, so there are no words to correct; run: ocrsearch index"
"""What is said of a photo without words."""


def correct_text(text: str) -> str:
    """The text of a correction, composed (NFC), without invisible characters and blanks at its ends.

    Raises:
        UsageError: it is too long, or holds a control character.

    """
    seen = "".join(c for c in text if unicodedata.category(c) != "Cf")
    composed = unicodedata.normalize("NFC", seen).strip()
    if len(composed) > MAX_TEXT:
        msg = f"the text of a word has {len(composed)} characters; at most {MAX_TEXT} are allowed"
        raise UsageError(msg)
    if any(unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in composed):
        msg = "the text of a word holds a control character; leave it out"
        raise UsageError(msg)
    return composed


def is_by(by: str, author: str | None) -> bool:
    """Whether `by` is an author, any version of it, or of its kind; None is anybody."""
    return author is None or author in {by, by.partition(":")[0], by.partition("@")[0]}


def check_author(by: str) -> None:
    """Check who a correction is by.

    Raises:
        UsageError: neither a person nor a named import or teacher.

    """
    kind, colon, name = by.partition(":")
    if by != PERSON and not (kind in {IMPORT, TEACHER} and colon and name):
        msg = f"{by!r} is no author; give person, import:NAME or teacher:NAME@VERSION"
        raise UsageError(msg)
