"""The words of opened photos: find them, turn the photo if it lies on its side, read them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from indexer.photo import Box, Reading, Word

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from indexer.photo import Seen
    from indexer.reading import BoxLike, Detector, Recognizer, Upright

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

    def ways(self, pixels: Pixels) -> list[list[_Place]]:
        """The word as one, and as the two words that its box may hold."""
        height, width = pixels.shape[:2]
        halves = [
            [_Place(self.line, _clipped(half, width, height), half) for half in pair]
            for pair in self.shape.halves(pixels)
        ]
        return [[self], *halves]


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
        if not detector.given(path) and _legible(words) <= READABLE * len(words):
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
    words = iter(
        _taken_apart([(pixels, place) for pixels, places in found for place in places], recognizer)
    )
    return [[word for _ in places for word in next(words) if word.text] for _, places in found]


def _taken_apart(
    places: Sequence[tuple[Pixels, _Place]], recognizer: Recognizer
) -> list[list[Word]]:
    """What stands at each place: one word, or several where they are likelier together than one.

    Only the recogniser can tell a gap between words from one between letters. Where it prefers two
    words, each of them may be two again.
    """
    ways = [(pixels, place.ways(pixels)) for pixels, place in places]
    crops = [part.cut(pixels) for pixels, options in ways for way in options for part in way]
    seen = iter(recognizer.read(crops) if crops else ())
    chosen: list[tuple[list[_Place], list[Word]]] = []
    for _, options in ways:
        read = [(way, [_word(part, next(seen)) for part in way]) for way in options]
        chosen.append(max(read, key=lambda option: _surety(option[1])))
    doubted = [
        (pixels, part)
        for (pixels, _), (way, _) in zip(ways, chosen, strict=True)
        if len(way) > 1
        for part in way
    ]
    again = iter(_taken_apart(doubted, recognizer) if doubted else ())
    return [
        [word for _ in way for word in next(again)] if len(way) > 1 else words
        for way, words in chosen
    ]


def _word(place: _Place, seen: Seen) -> Word:
    return Word(
        place.box, place.line, seen.text, seen.confidence, seen.alternatives, seen.posteriorgram
    )


def _surety(words: Sequence[Word]) -> float:
    """Probability that all of them say what was read; 0 if one says nothing."""
    return math.prod(word.confidence if word.text else 0.0 for word in words)


# which way up ------------------------------------------------------------------------------


def _legible(words: Sequence[Word | Seen]) -> float:
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
