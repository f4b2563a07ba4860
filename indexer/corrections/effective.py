"""The words of a photo: what was read on it, as its corrections change it. Pure functions.

A correction finds its word again after another engine has read the photo: boxes are matched by their
overlap, one to one, the largest first. The least overlap of .3 keeps 96 % of all words through a change
of the detector; .5 would lose a quarter of them (docs/corrections.md).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from indexer.corrections.correction import Correction, CorrectionKind
from indexer.corrections.reading_order import Placed, in_reading_order
from indexer.entities import Box, Word
from indexer.query.indexed_words import tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from indexer.entities import Corners

MIN_IOU = 0.3
"""Intersection over union from which two boxes are of the same word."""

MIN_INSIDE = 0.7
"""Share of a box that lies inside another one from which it is a part of that."""

MIN_DOUBTFUL = 0.9
"""Confidence of another word in the place of a correction from which that is doubtful."""


@dataclass(frozen=True)
class Effective:
    """The words of a photo with its corrections.

    Attributes:
        words: in reading order.
        doubtful: corrections that are not among them, because another word is surely read there.

    """

    words: tuple[Word, ...]
    doubtful: tuple[Correction, ...] = ()


def effective(
    read: Sequence[Word], size: tuple[int, int], corrections: Iterable[Correction]
) -> Effective:
    """Apply the corrections of a photo to what was read on it.

    Args:
        read: the words of the engine, in reading order.
        size: width and height of the photo in pixels, when it was read.
        corrections: all of the photo, those that were undone too.

    """
    counting = prevailing([scaled(c, size) for c in corrections])
    if not counting:
        return Effective(tuple(read))
    paired = partners(read, counting)
    parts = _parts(read, counting, paired)
    gone = {index for indices in parts.values() for index in indices}
    gone |= _below_drawn(read, counting, paired.values()) | set(paired.values())
    shown: list[Placed] = [
        Placed(word, index) for index, word in enumerate(read) if index not in gone
    ]
    doubtful = []
    for number, correction in enumerate(counting):
        if number in paired:
            shown += _on_reading(correction, read[paired[number]], paired[number])
        elif parts[number]:
            shown += _on_reading(correction, read[parts[number][0]], parts[number][0], new=True)
        elif _is_doubtful(correction, read):
            doubtful.append(correction)
        elif correction.text:
            shown.append(Placed(_word(correction, correction.box, correction.corners), None))
    return Effective(in_reading_order(shown), tuple(doubtful))


def seen_at(box: Box, read: Sequence[Word]) -> Word | None:
    """The word of the engine that a new correction of `box` is about, None for none."""
    best = max(read, key=lambda word: iou(box, word.box), default=None)
    return best if best is not None and iou(box, best.box) >= MIN_IOU else None


def iou(one: Box, other: Box) -> float:
    """Intersection over union of two boxes, 0..1."""
    shared = _intersection(one, other)
    return shared / (_area(one) + _area(other) - shared) if shared else 0.0


def prevailing(corrections: Iterable[Correction]) -> list[Correction]:
    """Those of a photo that count: not undone, and no other one of the same ink takes precedence.

    In the order of their places.
    """
    kept: list[Correction] = []
    counting = [c for c in corrections if c.undone_at is None]
    for correction in sorted(counting, key=lambda c: c.precedence, reverse=True):
        if not any(_covers(other, correction) for other in kept):
            kept.append(correction)
    return sorted(kept, key=lambda c: (c.box.top, c.box.left, c.uid))


def _covers(other: Correction, correction: Correction) -> bool:
    if iou(other.box, correction.box) >= MIN_IOU:
        return True
    return other.kind is CorrectionKind.DRAWN and inside(correction.box, other.box) >= MIN_INSIDE


def partners(read: Sequence[Word], corrections: Sequence[Correction]) -> dict[int, int]:
    """Correction → word, by falling overlap, one to one; both by their numbers."""
    overlaps = sorted(
        (-overlap, number, index)
        for number, correction in enumerate(corrections)
        for index, word in enumerate(read)
        if (overlap := iou(correction.box, word.box)) >= MIN_IOU
    )
    partners: dict[int, int] = {}
    taken: set[int] = set()
    for _, number, index in overlaps:
        if number not in partners and index not in taken:
            partners[number] = index
            taken.add(index)
    return partners


def _parts(
    read: Sequence[Word], corrections: Sequence[Correction], partners: Mapping[int, int]
) -> dict[int, list[int]]:
    """Words inside each correction without a partner: the detector found it in pieces."""
    taken = set(partners.values())
    found: dict[int, list[int]] = {}
    for number, correction in enumerate(corrections):
        if number in partners:
            continue
        found[number] = [
            index
            for index, word in enumerate(read)
            if index not in taken and inside(word.box, correction.box) >= MIN_INSIDE
        ]
        taken.update(found[number])
    return found


def _below_drawn(
    read: Sequence[Word], corrections: Iterable[Correction], taken: Iterable[int]
) -> set[int]:
    """Words of which most lies inside of drawn boxes, whatever these say: a word that was split."""
    drawn = [c.box for c in corrections if c.kind is CorrectionKind.DRAWN]
    others = set(range(len(read))).difference(taken)
    return {
        index
        for index in others
        if sum(inside(read[index].box, box) for box in drawn) >= MIN_INSIDE
    }


def _on_reading(
    correction: Correction, word: Word, index: int, *, new: bool = False
) -> list[Placed]:
    """What a correction makes of the word that it is about: a word, or none."""
    if correction.kind is CorrectionKind.UNREADABLE:
        return [Placed(replace(word, by=correction.by, correction=correction.uid), index)]
    if not correction.text:
        return []
    own = new or correction.kind is CorrectionKind.DRAWN
    box, corners = (correction.box, correction.corners) if own else (word.box, word.corners)
    return [Placed(replace(_word(correction, box, corners), line=word.line), index)]


def _word(correction: Correction, box: Box, corners: Corners) -> Word:
    said = ((correction.text, 1.0),)
    return Word(box, 0, correction.text, 1.0, said, b"", corners, correction.by, correction.uid)


def _is_doubtful(correction: Correction, read: Iterable[Word]) -> bool:
    """Whether another word is surely read where the correction stands."""
    return correction.kind is not CorrectionKind.DRAWN and any(
        word.confidence >= MIN_DOUBTFUL
        and tokens(word.text) != tokens(correction.text)
        and max(inside(correction.box, word.box), inside(word.box, correction.box)) >= MIN_IOU
        for word in read
    )


def scaled(correction: Correction, size: tuple[int, int]) -> Correction:
    """The same on a photo of `size` pixels: some openers give another number of them."""
    if correction.size == size or not all((*correction.size, *size)):
        return correction
    x, y = size[0] / correction.size[0], size[1] / correction.size[1]
    box = correction.box
    scaled = Box(
        round(box.left * x), round(box.top * y), round(box.right * x), round(box.bottom * y)
    )
    corners = tuple((a * x, b * y) for a, b in correction.corners)
    return replace(correction, size=size, box=scaled, corners=corners)


def _area(box: Box) -> int:
    return (box.right - box.left) * (box.bottom - box.top)


def _intersection(one: Box, other: Box) -> int:
    width = min(one.right, other.right) - max(one.left, other.left)
    height = min(one.bottom, other.bottom) - max(one.top, other.top)
    return width * height if width > 0 and height > 0 else 0


def inside(part: Box, whole: Box) -> float:
    """Share of `part` that lies inside `whole`, 0..1."""
    return _intersection(part, whole) / _area(part) if _area(part) else 0.0
