"""The OCR pipeline: detection, recognition and orientation of decoded photos."""

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

    from indexer.entities import Corners, Recognition
    from indexer.ocr.image import Upright
    from indexer.ocr.protocols import BoxLike, Detector, Recognizer

    Pixels = NDArray[np.uint8]

VERSION = "transcription-1"
"""Changes whenever the same boxes and weights could give other words."""

MIN_LETTERS = 3
"""Letters that a word needs to tell which way up it is: `no` upside down reads `ou`."""

MIN_LEGIBLE_PER_WORD = 1.0
"""Legible letters, for each word found, above which a photo is surely the right way up. On
training pages they were 1.2 to 3.4 (.4 where the writing is poor), .6 at most upside down, and .1
on the side."""

MAX_SAMPLE = 32
"""Words that are read to compare the orientations: the longest ones for their height."""

MIN_RATIO = 2.0
"""How many times as many legible letters another orientation must show. On training pages the
right one showed 3 times as many."""

MIN_GAIN = 6.0
"""How many more legible letters it must show: a few strokes are no reason to turn a photo."""


@dataclass(frozen=True)
class _Place:
    """A detected word: its line, its box clipped to the photo, and the detector's own box."""

    line: int
    box: Box
    shape: BoxLike

    def cut(self, pixels: Pixels) -> Image.Image:
        return Image.fromarray(self.shape.cut(pixels))


def read_photos(
    photos: Sequence[tuple[Path, Upright]], detector: Detector, recognizer: Recognizer
) -> Iterator[Reading]:
    """Read a few decoded photos; the words of all of them are recognised together.

    A photo that is on its side or upside down is read as if it were turned; its boxes are pixels
    of the photo as it is.
    """
    found = [(photo.pixels, _places(photo.pixels, path, detector)) for path, photo in photos]
    read = _words(found, recognizer)
    for (path, photo), (pixels, places), words in zip(photos, found, read, strict=True):
        height, width = pixels.shape[:2]
        turns = 0
        if not (detector.has_known_boxes(path) or _surely_upright(words)):
            turns = _turns(pixels, places, path, detector, recognizer)
        kept = _words_turned(pixels, turns, path, detector, recognizer) if turns else words
        yield Reading(width, height, photo.taken, tuple(kept))


def _words_turned(
    pixels: Pixels, turns: int, path: Path, detector: Detector, recognizer: Recognizer
) -> list[Word]:
    """Words of a photo after `turns` quarter turns, with boxes on the photo as it is."""
    height, width = pixels.shape[:2]
    turned = _turned(pixels, turns)
    [words] = _words([(turned, _places(turned, path, detector))], recognizer)
    return [
        replace(
            word,
            box=_turned_back(word.box, turns, width, height),
            corners=_corners_turned_back(word.corners, turns, width, height),
        )
        for word in words
    ]


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
        place.box,
        place.line,
        seen.text,
        seen.confidence,
        seen.alternatives,
        seen.posteriorgram,
        # a detector need not know them
        tuple(getattr(place.shape, "corners", ())),
    )


# orientation ------------------------------------------------------------------------------


def _legible(words: Sequence[Word | Recognition]) -> float:
    """Expected number of legible letters in the words that are long enough to tell."""
    return sum(len(w.text) * w.confidence for w in words if len(w.text) >= MIN_LETTERS)


def _surely_upright(words: Sequence[Word]) -> bool:
    return _legible(words) > MIN_LEGIBLE_PER_WORD * len(words)


def _turns(
    pixels: Pixels,
    places: Sequence[_Place],
    path: Path,
    detector: Detector,
    recognizer: Recognizer,
) -> int:
    """Quarter turns (counter-clockwise) after which most letters are legible; 0 in case of doubt.

    The detector finds lines either way up, so two detections serve four orientations.
    """
    side = _turned(pixels, 1)
    looks = [_longest(pixels, places), _longest(side, _places(side, path, detector))]
    samples = looks + [
        [crop.transpose(Image.Transpose.ROTATE_180) for crop in look] for look in looks
    ]
    seen = iter(recognizer.read([crop for sample in samples for crop in sample]))
    letters = [_legible([next(seen) for _ in sample]) for sample in samples]
    best = max(range(len(letters)), key=letters.__getitem__)
    return best if letters[best] > max(MIN_RATIO * letters[0], letters[0] + MIN_GAIN) else 0


def _longest(pixels: Pixels, places: Sequence[_Place]) -> list[Image.Image]:
    crops = [place.cut(pixels) for place in places]
    return sorted(crops, key=lambda crop: -crop.width / crop.height)[:MAX_SAMPLE]


def _turned(pixels: Pixels, turns: int) -> Pixels:
    return np.ascontiguousarray(np.rot90(pixels, turns))


def _turned_back(box: Box, turns: int, width: int, height: int) -> Box:
    """A box on a turned photo as it is on the photo before, of `width` × `height` pixels."""
    for turn in range(turns, 0, -1):
        across = width if turn % 2 else height
        box = Box(across - box.bottom, box.left, across - box.top, box.right)
    return box


def _corners_turned_back(corners: Corners, turns: int, width: int, height: int) -> Corners:
    """The same for corners, which stay in the order of the word's line."""
    for turn in range(turns, 0, -1):
        across = width if turn % 2 else height
        corners = tuple((across - y, x) for x, y in corners)
    return corners
