"""Words that stand on one image: the network reads the gap between them as a symbol of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from recognizer.posteriors.charset import BLANK

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from recognizer.posteriors.charset import Charset

MIN_PROBABILITY = 0.5
"""Probability of a gap in one frame from which an image is taken apart there."""


class Part(NamedTuple):
    """One of the words on an image.

    Attributes:
        start: where it begins, as a share of the width of the image.
        end: where it ends.
        probabilities: those of its frames [T, labels].

    """

    start: float
    end: float
    probabilities: NDArray[np.float32]


def parts(probabilities: NDArray[np.float32], charset: Charset) -> list[Part]:
    """Take the probabilities [T, labels] of an image apart at the gaps between its words.

    An image without a surely read gap, or with nothing on one side of it, is one part.
    """
    whole = [Part(0.0, 1.0, probabilities)]
    gap = charset.word_gap
    if gap is None:
        return whole
    gaps = np.flatnonzero(probabilities[:, gap] >= MIN_PROBABILITY)
    if not len(gaps):
        return whole
    letters = ~np.isin(probabilities.argmax(axis=1), (BLANK, gap))
    frames = len(probabilities)
    found, start, first = [], 0.0, 0
    # one gap may be seen in several frames
    for frame in [*gaps.tolist(), frames]:
        if not letters[first:frame].any() or not (frame == frames or letters[frame:].any()):
            continue
        end = 1.0 if frame == frames else (frame + 0.5) / frames
        found.append(Part(start, end, probabilities[first:frame]))
        start, first = end, frame + 1
    return found or whole


def without_gaps(probabilities: NDArray[np.float32], charset: Charset) -> NDArray[np.float32]:
    """The same probabilities [T, labels], those of gaps counted as blanks: no text holds one."""
    gap = charset.word_gap
    if gap is None:
        return probabilities
    closed = probabilities.copy()
    closed[:, BLANK] += closed[:, gap]
    closed[:, gap] = 0
    return closed
