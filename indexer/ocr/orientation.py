"""Orientation of photos without EXIF: the way up in which most letters are legible."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from indexer.entities import Box
from indexer.ocr.detection import detect_words, grey_levels

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from indexer.entities import Corners, Recognition, Word
    from indexer.ocr.detection import Pixels, WordPlace
    from indexer.ocr.protocols import Detector, Recognizer

MIN_LETTERS = 3
"""Letters that a word needs to tell which way up it is: `no` upside down reads `ou`."""

MIN_LEGIBLE_PER_WORD = 1.0
"""Legible letters, for each word found, above which a photo is surely the right way up. On
training pages they were 1.2 to 3.4 (.4 where the writing is poor), .6 at most upside down, and .1
on the side."""

MAX_SAMPLE = 32
"""Words that are read to compare the orientations: the longest ones for their height."""

FEW = 8
"""Words of them that are read first."""

MIN_RATIO = 2.0
"""How many times as many legible letters another orientation must show. On training pages the
right one showed 3 times as many."""

MIN_GAIN = 6.0
"""How many more legible letters it must show: a few strokes are no reason to turn a photo."""


def _legible(words: Sequence[Word | Recognition]) -> float:
    """Expected number of legible letters in the words that are long enough to tell."""
    return sum(len(w.text) * w.confidence for w in words if len(w.text) >= MIN_LETTERS)


def surely_upright(words: Sequence[Word]) -> bool:
    """Whether so much is legible that no other orientation need be tried."""
    return _legible(words) > MIN_LEGIBLE_PER_WORD * len(words)


def quarter_turns(
    pixels: Pixels,
    places: Sequence[WordPlace],
    words: Sequence[Sequence[Word]],
    path: Path,
    detector: Detector,
    recognizer: Recognizer,
) -> int:
    """Quarter turns (counter-clockwise) after which most letters are legible; 0 in case of doubt.

    The detector finds lines either way up, so two detections serve four orientations. A few words
    in each orientation are read first, and the others only if one of them shows more letters.

    Args:
        pixels: the photo as it is.
        places: what was detected on it.
        words: what was read at each of `places`.
        path: where the photo came from.
        detector: found the words.
        recognizer: read them.

    """
    side = turned_by(pixels, 1)
    here, there = _longest(pixels, places), _longest(side, detect_words(side, path, detector))
    samples = [[crop for _, crop in there]] + [
        [crop.transpose(Image.Transpose.ROTATE_180) for _, crop in look] for look in (here, there)
    ]
    upright = [_legible(words[number]) for number, _ in here]
    letters = np.zeros(1 + len(samples))
    for first, end in ((0, FEW), (FEW, MAX_SAMPLE)):
        some = [sample[first:end] for sample in samples]
        letters += [sum(upright[first:end]), *_letters(some, recognizer)]
        if letters[1:].max() <= max(letters[0], MIN_GAIN * end / MAX_SAMPLE):
            return 0
    best = int(letters.argmax())
    return best if letters[best] > max(MIN_RATIO * letters[0], letters[0] + MIN_GAIN) else 0


def _letters(samples: Sequence[Sequence[Image.Image]], recognizer: Recognizer) -> list[float]:
    """Legible letters on the crops of each sample."""
    crops = [crop for sample in samples for crop in sample]
    pages = [number for number, sample in enumerate(samples) for _ in sample]
    seen = iter(recognizer.read(crops, pages) if crops else ())
    return [_legible([word for _ in sample for word in next(seen)]) for sample in samples]


def _longest(pixels: Pixels, places: Sequence[WordPlace]) -> list[tuple[int, Image.Image]]:
    """The words that are longest for their height: the number of their place, and their crop."""
    grey = grey_levels(pixels)
    crops = enumerate(place.cut(grey) for place in places)
    return sorted(crops, key=lambda crop: -crop[1].width / crop[1].height)[:MAX_SAMPLE]


def turned_by(pixels: Pixels, turns: int) -> Pixels:
    """A photo after quarter turns, counter-clockwise."""
    return np.ascontiguousarray(np.rot90(pixels, turns))


def turned_back(box: Box, turns: int, width: int, height: int) -> Box:
    """A box on a turned photo as it is on the photo before, of `width` × `height` pixels."""
    for turn in range(turns, 0, -1):
        across = width if turn % 2 else height
        box = Box(across - box.bottom, box.left, across - box.top, box.right)
    return box


def corners_turned_back(corners: Corners, turns: int, width: int, height: int) -> Corners:
    """The same for corners, which stay in the order of the word's line."""
    for turn in range(turns, 0, -1):
        across = width if turn % 2 else height
        corners = tuple((across - y, x) for x, y in corners)
    return corners
