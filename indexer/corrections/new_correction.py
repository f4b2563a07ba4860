"""A new correction of what stands at a place of a photo."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from indexer.corrections.correction import NOT_READ, PERSON, Correction, CorrectionKind
from indexer.corrections.effective import seen_at
from indexer.errors import UsageError

if TYPE_CHECKING:
    from indexer.entities import Box, Photo, Word

_NO_WORD = "no word was read in this box; see: ocrsearch show --json"


def correction_at(
    place: Box,
    photo: Photo,
    text: str,
    *,
    unreadable: bool = False,
    drawn: bool = False,
    by: str = PERSON,
    device: str = "",
    now: float,
) -> Correction:
    """The correction of the word that is shown at a place, or of a new word there.

    Args:
        place: a box in pixels; one of a single pixel is a point of a word.
        photo: with its words.
        text: see `correct_text`; "" for no word.
        unreadable: whether nobody can tell what the word is.
        drawn: the box is meant as it is, whatever was read in it: a word that was missed, two that
            were taken for one, or a part of one.
        by: its author.
        device: the paired device that it came from.
        now: seconds since 1970.

    Raises:
        UsageError: the photo was not read yet, no word is at a point, the box lies outside of the photo, or it holds no word
            and no text is given for it.

    """
    if not photo.width:
        raise UsageError(NOT_READ)
    word: Word | None = None
    if drawn:
        _require_inside(place, photo)
    elif (place.right - place.left, place.bottom - place.top) == (1, 1):
        word = _word_at(place, photo)
    else:
        _require_inside(place, photo)
        word = seen_at(place, photo.words)
    if word is None and (unreadable or not text):
        raise UsageError(_NO_WORD)
    return Correction(
        uid=uuid.uuid4().hex,
        content=photo.hash,
        size=(photo.width, photo.height),
        box=place if word is None else word.box,
        text=text,
        by=by,
        kind=CorrectionKind.UNREADABLE if unreadable else _kind(word, text),
        created_at=now,
        corners=() if word is None else word.corners,
        device=device,
    )


def word_at(place: Box, photo: Photo) -> Word:
    """The word that is shown at a place; see `correction_at`. Raises UsageError if there is none."""
    if (place.right - place.left, place.bottom - place.top) == (1, 1):
        return _word_at(place, photo)
    word = seen_at(place, photo.words)
    if word is None:
        raise UsageError(_NO_WORD)
    return word


def _word_at(point: Box, photo: Photo) -> Word:
    """The narrowest word that holds a point."""
    holding = [
        word
        for word in photo.words
        if word.box.left <= point.left < word.box.right
        and word.box.top <= point.top < word.box.bottom
    ]
    if not holding:
        msg = f"no word at {point.left},{point.top}; give a box to add one, or see: ocrsearch show --json"
        raise UsageError(msg)
    return min(holding, key=lambda word: word.box.right - word.box.left)


def _require_inside(box: Box, photo: Photo) -> None:
    if box.left < 0 or box.top < 0 or box.right > photo.width or box.bottom > photo.height:
        size = f"{photo.width}×{photo.height}"
        msg = f"the box lies outside of the photo, which has {size} pixels"
        raise UsageError(msg)


def _kind(word: Word | None, text: str) -> CorrectionKind:
    """How the correction of a word came about."""
    if word is None:
        return CorrectionKind.DRAWN
    if text == word.text:
        return CorrectionKind.CONFIRMED
    chosen = text in (reading for reading, _ in word.alternatives)
    return CorrectionKind.CHOSEN if chosen else CorrectionKind.TYPED
