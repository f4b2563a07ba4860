"""The words of opened photos: find them, turn the photo if it lies on its side, read them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from indexer.entities import Box, Reading, Word

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from indexer.entities import Recognition
    from indexer.ocr.image import Upright
    from indexer.ocr.protocols import BoxLike, Detector, Recognizer

    Pixels = NDArray[np.uint8]

VERSION = "transcription-1"
"""Changes whenever the same boxes and weights could give other words."""

LETTERS = 3
"""Letters that a word needs to tell which way up it stands: `no` upside down reads `ou`."""

READABLE = 1.0
"""Letters that are legible, for each word found, on a photo that is surely the right way up. On
training pages they were 1.2 to 3.4 (.4 where the writing is poor), .6 at most upside down, and .1
on the side."""

SAMPLE = 32
"""Words that are read to compare the ways up: the longest ones for their height."""

CLEARLY, LEAST = 2.0, 6.0
"""How many times as many legible letters another way up must show, and how many more: a few
strokes are no reason to turn a photo. On training pages the right way showed 3 times as many."""


@dataclass(frozen=True)
class _Place:
    """Where a word stands: its line, its box clipped to the photo, and what the detector gave."""

    line: int
    box: Box
    shape: BoxLike

    def cut(self, pixels: Pixels) -> Image.Image:
        return Image.fromarray(self.shape.cut(pixels))


def read_photos(
    photos: Sequence[tuple[Path, Upright]], detector: Detector, recognizer: Recognizer
) -> Iterator[Reading]:
    """Readings of a few opened photos; the words of all of them are recognised together.

    A photo that lies on its side or stands on its head is read as if it were turned; its boxes are
    pixels of the photo as it lies.
    """
    found = [(photo.pixels, _places(photo.pixels, path, detector)) for path, photo in photos]
    read = _words(found, recognizer)
    for (path, photo), (pixels, places), words in zip(photos, found, read, strict=True):
        height, width = pixels.shape[:2]
        turns = 0
        if not detector.has_known_boxes(path) and _legible(words) <= READABLE * len(words):
            turns = _turns(pixels, places, path, detector, recognizer)
        kept = _words_turned(pixels, turns, path, detector, recognizer) if turns else words
        yield Reading(width, height, photo.taken, tuple(kept))


def _words_turned(
    pixels: Pixels, turns: int, path: Path, detector: Detector, recognizer: Recognizer
) -> list[Word]:
    """Words of a photo as if it were turned, with boxes on the photo as it lies."""
    height, width = pixels.shape[:2]
    turned = _turned(pixels, turns)
    [words] = _words([(turned, _places(turned, path, detector))], recognizer)
    return [replace(word, box=_back(word.box, turns, width, height)) for word in words]


def _places(pixels: Pixels, path: Path, detector: Detector) -> list[_Place]:
    height, width = pixels.shape[:2]
    places = []
    for number, line in enumerate(detector.detect(pixels, path)):
        for shape in line:
            box = _clipped(shape, width, height)
            if box.right - box.left > 1 and box.bottom - box.top > 1:
                places.append(_Place(number, box, shape))
    return places


def _clipped(shape: BoxLike, width: int, height: int) -> Box:
    return Box(
        max(0, shape.left), max(0, shape.top), min(width, shape.right), min(height, shape.bottom)
    )


def _words(
    found: Sequence[tuple[Pixels, Sequence[_Place]]], recognizer: Recognizer
) -> list[list[Word]]:
    """The legible words of each photo; those of all photos are recognised together."""
    crops = [place.cut(pixels) for pixels, places in found for place in places]
    seen = iter(recognizer.read(crops) if crops else ())
    words = [[_word(place, next(seen)) for place in places] for _, places in found]
    return [[word for word in page if word.text] for page in words]


def _word(place: _Place, seen: Recognition) -> Word:
    return Word(
        place.box, place.line, seen.text, seen.confidence, seen.alternatives, seen.posteriorgram
    )


# which way up ------------------------------------------------------------------------------


def _legible(words: Sequence[Word | Recognition]) -> float:
    """Letters of words that are long enough, each as likely as it was read."""
    return sum(len(w.text) * w.confidence for w in words if len(w.text) >= LETTERS)


def _turns(
    pixels: Pixels,
    places: Sequence[_Place],
    path: Path,
    detector: Detector,
    recognizer: Recognizer,
) -> int:
    """Quarter turns (counter-clockwise) after which most can be read; 0 unless it is clearly more.

    The detector finds the lines of a photo whichever way up they run, so two looks serve four ways.
    """
    side = _turned(pixels, 1)
    looks = [_longest(pixels, places), _longest(side, _places(side, path, detector))]
    samples = looks + [
        [crop.transpose(Image.Transpose.ROTATE_180) for crop in look] for look in looks
    ]
    seen = iter(recognizer.read([crop for sample in samples for crop in sample]))
    letters = [_legible([next(seen) for _ in sample]) for sample in samples]
    best = max(range(len(letters)), key=letters.__getitem__)
    return best if letters[best] > max(CLEARLY * letters[0], letters[0] + LEAST) else 0


def _longest(pixels: Pixels, places: Sequence[_Place]) -> list[Image.Image]:
    crops = [place.cut(pixels) for place in places]
    return sorted(crops, key=lambda crop: -crop.width / crop.height)[:SAMPLE]


def _turned(pixels: Pixels, turns: int) -> Pixels:
    return np.ascontiguousarray(np.rot90(pixels, turns))


def _back(box: Box, turns: int, width: int, height: int) -> Box:
    """`box` on a photo of `width` × `height` pixels that was turned, as it lies on that photo."""
    for turn in range(turns, 0, -1):
        across = width if turn % 2 else height
        box = Box(across - box.bottom, box.left, across - box.top, box.right)
    return box
