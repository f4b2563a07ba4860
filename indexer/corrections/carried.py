"""Corrections of a photo that was edited or saved anew, carried over to what is in its place now."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from indexer.corrections.correction import Correction, CorrectionKind
from indexer.corrections.effective import partners, prevailing, scaled

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from indexer.entities import Word

MAX_ASPECT_CHANGE = 0.01
"""Share by which width : height may differ for the photo to count as the same at another size."""


def carried(
    former: Sequence[Correction], read: Sequence[Word], content: str, size: tuple[int, int]
) -> list[Correction]:
    """Corrections of a photo for the one in its place, as far as the same is read there.

    A word is the same if it overlaps, and is read as it was then, or what was said of it is among
    its readings. Where the photo was cut or turned, nothing is carried over.

    Args:
        former: all corrections of the former photo.
        read: the words that the engine read on the photo that is there now.
        content: its content hash.
        size: its width and height in pixels.

    """
    counting = [
        scaled(c, size)
        for c in prevailing(former)
        if c.kind is not CorrectionKind.UNREADABLE and _is_same_shape(c.size, size)
    ]
    found = partners(read, counting)
    return [
        _carried(counting[number], read[index], content)
        for number, index in found.items()
        if _reads_the_same(counting[number], read[index])
    ]


def offered(
    former: Sequence[Correction], known: Container[str], content: str, size: tuple[int, int]
) -> list[Correction]:
    """What was not carried over, as it would be if somebody takes it.

    Args:
        former: all corrections of the former photo.
        known: uids of those of the photo that is there now.
        content: its content hash.
        size: its width and height in pixels.

    """
    made = [
        replace(
            scaled(c, size),
            uid=_uid(c, content),
            content=content,
            size=size,
            kind=CorrectionKind.CARRIED,
        )
        for c in prevailing(former)
        if c.kind is not CorrectionKind.UNREADABLE
    ]
    return [c for c in made if c.uid not in known]


def _reads_the_same(correction: Correction, word: Word) -> bool:
    readings = {reading for reading, _ in word.alternatives} | {word.text}
    return word.text == correction.seen_text or correction.text in readings


def _carried(correction: Correction, word: Word, content: str) -> Correction:
    """The same for a word of another photo."""
    return replace(
        correction,
        uid=_uid(correction, content),
        content=content,
        box=word.box,
        corners=word.corners,
        kind=CorrectionKind.CARRIED,
        seen_text=word.text,
        seen_confidence=word.confidence,
    )


def _uid(correction: Correction, content: str) -> str:
    """The uid of a correction on another photo: always the same."""
    return hashlib.blake2b(f"{correction.uid} {content}".encode(), digest_size=16).hexdigest()


def _is_same_shape(one: tuple[int, int], other: tuple[int, int]) -> bool:
    if not all((*one, *other)):
        return False
    return abs(one[0] * other[1] / (one[1] * other[0]) - 1) <= MAX_ASPECT_CHANGE
