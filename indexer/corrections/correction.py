"""The correction of a word, its authors and its text."""

from __future__ import annotations

import hashlib
import math
import unicodedata
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from indexer.errors import UsageError
from recognizer.files.printable import printable

if TYPE_CHECKING:
    from indexer.entities import Box, Corners

MAX_TEXT = 64
"""Characters of a correction."""

PERSON, IMPORT, TEACHER = "person", "import", "teacher"
"""Kinds of authors; an import and a teacher have a name besides, as `import:NAME`."""

_RANKS = {TEACHER: 1, IMPORT: 2, PERSON: 3}

HELD_OUT = 5
"""One photo in so many is held out: its words measure what was learned, and are not learned."""


MAX_APART = 0.25
"""Share of the longer side of a box by which its edges and those of its corners may differ."""


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
        undone_at: the same; None while it is not undone.
        changed_at: when it was undone or redone last; None for never.
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
    changed_at: float | None = None

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


@dataclass(frozen=True)
class PhotoCheck:
    """That all words of a photo are right as they are shown.

    Attributes:
        content: content hash of the photo.
        created_at: seconds since 1970.
        undone_at: the same; None while it counts.
        changed_at: when it was undone or redone last; None for never.

    """

    content: str
    created_at: float
    undone_at: float | None = None
    changed_at: float | None = None


Said = TypeVar("Said", Correction, PhotoCheck)


def last_change(said: Correction | PhotoCheck) -> float:
    """When something was said, undone or redone last."""
    return max(said.created_at, said.undone_at or 0.0, said.changed_at or 0.0)


def not_after(said: Said, now: float) -> Said:
    """The same with no time after `now`."""
    return replace(
        said,
        created_at=min(said.created_at, now),
        undone_at=None if said.undone_at is None else min(said.undone_at, now),
        changed_at=None if said.changed_at is None else min(said.changed_at, now),
    )


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
    if holds_control(composed):
        msg = "the text of a word holds a control character; leave it out"
        raise UsageError(msg)
    return composed


def holds_control(text: str) -> bool:
    """Whether a text holds a control character, an end of a line, or what is no character."""
    return any(unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in text)


def check_place(box: Box, corners: Corners, size: tuple[int, int]) -> None:
    """Check that a box lies on a photo, and that its corners are of the same word.

    Args:
        box: in pixels.
        corners: four points in pixels, or none; they may lie beyond the edge of the photo.
        size: width and height of the photo in pixels; (0, 0) where they are not known.

    Raises:
        UsageError: they are not.

    """
    edges = ", ".join(map(str, box.as_list()))
    if box.left >= box.right or box.top >= box.bottom:
        msg = f"box: {edges} has no area; give left, top, right, bottom"
        raise UsageError(msg)
    width, height = size
    if box.left < 0 or box.top < 0 or (all(size) and (box.right > width or box.bottom > height)):
        photo = f", which has {width}×{height} pixels" if all(size) else ""
        msg = f"box: {edges} lies outside of the photo{photo}"
        raise UsageError(msg)
    if len(corners) not in {0, 4}:
        msg = "corners: give four points, or none"
        raise UsageError(msg)
    if corners and _apart(box, corners, size) > MAX_APART * max(
        box.right - box.left, box.bottom - box.top
    ):
        msg = (
            f"corners: they are not those of the box {edges}; give those of the same word, or none"
        )
        raise UsageError(msg)


def _apart(box: Box, corners: Corners, size: tuple[int, int]) -> float:
    """Largest distance of an edge of the box from that of what its corners span on the photo, in pixels."""
    across, down = zip(*corners, strict=True)
    width, height = (float(side or math.inf) for side in size)
    spans = (
        (min(across), width, box.left),
        (min(down), height, box.top),
        (max(across), width, box.right),
        (max(down), height, box.bottom),
    )
    return float(max(abs(min(max(0.0, corner), most) - edge) for corner, most, edge in spans))


def is_by(by: str, author: str | None) -> bool:
    """Whether `by` is an author, any version of it, or of its kind; None is anybody."""
    return author is None or author in {by, by.partition(":")[0], by.partition("@")[0]}


def check_author(by: str) -> None:
    """Check who a correction is by.

    Raises:
        UsageError: neither a person nor a named import or teacher.

    """
    kind, colon, name = by.partition(":")
    if by != PERSON and not (
        kind in {IMPORT, TEACHER} and colon and name and name == printable(name)
    ):
        msg = f"{by!r} is no author; give person, import:NAME or teacher:NAME@VERSION"
        raise UsageError(msg)
