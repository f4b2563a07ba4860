"""The OCR pipeline: decoded photos to words."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from indexer.entities import Reading, Word
from indexer.ocr.detection import detect_words, grey_levels
from indexer.ocr.orientation import (
    corners_turned_back,
    quarter_turns,
    surely_upright,
    turned_back,
    turned_by,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from indexer.entities import Recognition
    from indexer.ocr.detection import Pixels, WordPlace
    from indexer.ocr.image import Upright
    from indexer.ocr.protocols import Detector, Recognizer


def read_photos(
    photos: Sequence[tuple[Path, Upright]], detector: Detector, recognizer: Recognizer
) -> Iterator[Reading]:
    """Read a few decoded photos; the words of all of them are recognised together.

    A photo that is on its side or upside down is read as if it were turned; its boxes are pixels
    of the photo as it is.
    """
    found = [(photo.pixels, detect_words(photo.pixels, path, detector)) for path, photo in photos]
    read = _words(found, recognizer)
    for (path, photo), (pixels, places), at_places in zip(photos, found, read, strict=True):
        height, width = pixels.shape[:2]
        turns, words = 0, list(chain.from_iterable(at_places))
        if not (detector.has_known_boxes(path) or surely_upright(words)):
            turns = quarter_turns(pixels, places, at_places, path, detector, recognizer)
        kept = _words_turned(pixels, turns, path, detector, recognizer) if turns else words
        yield Reading(width, height, photo.taken, tuple(kept))


def _words_turned(
    pixels: Pixels, turns: int, path: Path, detector: Detector, recognizer: Recognizer
) -> list[Word]:
    """Words of a photo after `turns` quarter turns, with boxes on the photo as it is."""
    height, width = pixels.shape[:2]
    turned = turned_by(pixels, turns)
    [at_places] = _words([(turned, detect_words(turned, path, detector))], recognizer)
    return [
        replace(
            word,
            box=turned_back(word.box, turns, width, height),
            corners=corners_turned_back(word.outline, turns, width, height),
        )
        for word in chain.from_iterable(at_places)
    ]


def _words(
    found: Sequence[tuple[Pixels, Sequence[WordPlace]]], recognizer: Recognizer
) -> list[list[list[Word]]]:
    """The legible words at each place of each photo; those of all photos are recognised together."""
    greys = [grey_levels(pixels) for pixels, _ in found]
    crops = [
        place.cut(grey) for grey, (_, places) in zip(greys, found, strict=True) for place in places
    ]
    pages = [number for number, (_, places) in enumerate(found) for _ in places]
    seen = iter(recognizer.read(crops, pages) if crops else ())
    return [
        [[_word(place, word) for word in next(seen) if word.text] for place in places]
        for _, places in found
    ]


def _word(place: WordPlace, seen: Recognition) -> Word:
    box, corners = place.part(seen.start, seen.end)
    readings = (seen.text, seen.confidence, seen.alternatives)
    return Word(box, place.line, *readings, seen.posteriorgram, corners)
