"""A word that a correction says, with its image: what the recogniser can learn from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from indexer.corrections.correction import CorrectionKind, LearningPart
    from indexer.entities import Box


@dataclass(frozen=True)
class InkedWord:
    """What a counting correction says, and the image of the word.

    Attributes:
        photo_hash: content hash of the photo, which need not be there any more.
        text: what stands there.
        ink: a grey PNG of the word, at most 64 pixels high.
        kind: how the correction came about.
        by: `person`, `import:NAME`, or `teacher:NAME@VERSION`.
        part: whether it is learned, or held out.
        box: where the word stands, in pixels.
        size: width and height of the photo in the same pixels.

    """

    photo_hash: str
    text: str
    ink: bytes
    kind: CorrectionKind
    by: str
    part: LearningPart
    box: Box
    size: tuple[int, int]
