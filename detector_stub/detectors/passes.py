"""Passes of the learned detector over a photo, at scales that suit large and small words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from detector_stub.inference import postprocessing

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from detector_stub.inference.postprocessing import Predictor, Words

FAR_SIDES = (175, 350, 700)
"""Longest sides, in pixels, to which a photo is scaled at first, to find its large words: at the
coarsest a word as high as half of the photo is as high as the words of the training pages."""

MAX_CLOSE_SIDE = 2400
"""Longest side at the closer scale at most: it bounds time and memory."""

MAX_CLOSEST_SIDE = 4000
"""Longest side at the closest scale at most; there a photo is never enlarged."""

WORD_HEIGHT = 60.0
"""Pixels that the lower words of a photo should be high."""

MIN_WORD_HEIGHT = 28.0
"""Pixels of the lower words after the closer scale, below which the closest one pays. The height
of words that are too small for the network is overestimated: it finds them 17 pixels high however
small they are, and words of 12 pixels 26 pixels high."""

LOW_SHARE = 0.25
"""Share of the words of a photo that count as its lower ones."""

LARGE_HEIGHT = 40.0
"""Pixels at a coarser scale: words at least this high are taken from it, because at a finer one
a headline is larger than what the network covers."""

MAX_SCALE = 2.0
"""Pictures are not enlarged further, because that adds no detail."""

_BLOCK_SHARE = 0.5
"""Share of a large word's height below which words in it are lower than it."""

_MIN_BLOCK_WORDS = 3
"""A large word with so many lower words in it may be a block of text."""

_COVERED = 0.6
"""Share of a word that a word kept before covers if it is a part of that one, or the same."""


def find_words(predict: Predictor, photo: NDArray[np.uint8]) -> Words:
    """Words in pixels of `photo`: large ones found at a coarse scale, the others at a finer."""
    longest, picture = max(photo.shape[:2]), Image.fromarray(photo)
    largest = round(MAX_SCALE * longest)
    large: list[Words] = []
    side, found = 0, postprocessing.Words.none()

    def look_closer(at: int) -> None:
        nonlocal side, found
        heights = found.heights() * side / longest
        large.append(found.where(heights >= LARGE_HEIGHT))
        side, found = at, find_at(predict, picture, at)

    for far in sorted({min(far, largest) for far in FAR_SIDES}):
        look_closer(far)
    for limit, enough in (
        (min(MAX_CLOSE_SIDE, largest), WORD_HEIGHT),
        (min(MAX_CLOSEST_SIDE, longest), MIN_WORD_HEIGHT),
    ):
        heights = found.heights() * side / longest
        low = float(np.quantile(heights, LOW_SHARE)) if len(heights) else 1.0
        closer = min(limit, round(side * WORD_HEIGHT / low))
        if low >= enough or closer <= side:
            break
        look_closer(closer)
    kept = postprocessing.Words.none()
    for words in large:
        kept = kept.joined(words.where(~_blocks(words, found)), _COVERED)
    return kept.joined(found, _COVERED)


def _blocks(large: Words, closer: Words) -> NDArray[np.bool_]:
    """Which of the `large` words [N] are no words but several lines of small writing.

    Together the words of several lines are wider than their block; pieces of a single large word,
    which a closer pass may find, are not.
    """
    heights, middles = closer.heights(), closer.quads.mean(axis=1)
    widths = postprocessing.frame(closer.quads).width
    blocks = np.zeros(len(large.quads), bool)
    wide = postprocessing.frame(large.quads).width
    for index, (quad, height) in enumerate(zip(large.quads, large.heights(), strict=True)):
        inside = ((middles > quad.min(axis=0)) & (middles < quad.max(axis=0))).all(axis=1)
        lower = inside & (heights < _BLOCK_SHARE * height)
        blocks[index] = lower.sum() >= _MIN_BLOCK_WORDS and widths[lower].sum() >= wide[index]
    return blocks


def find_at(predict: Predictor, photo: Image.Image, longest: int) -> Words:
    """Words on `photo`, RGB, in its own pixels, found with its longest side scaled to `longest`."""
    scale = longest / max(photo.size)
    method = Image.Resampling.HAMMING if scale < 1 else Image.Resampling.BILINEAR
    columns, rows = (max(1, round(side * scale)) for side in photo.size)
    # far looks at large photos shrink them in whole steps first: nearly the same picture, faster
    scaled = np.asarray(photo.resize((columns, rows), method, reducing_gap=2.0))
    below, right = (-side % postprocessing.MULTIPLE for side in scaled.shape[:2])
    padded = np.pad(scaled, [(0, below), (0, right), (0, 0)], mode="edge")
    words = postprocessing.find(predict(padded))
    return postprocessing.Words(words.quads / np.float32(scale), words.scores)
