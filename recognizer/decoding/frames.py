"""The symbols that a beam follows at each frame, of many words at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from recognizer.posteriors.charset import BLANK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.intp]

TOP_SYMBOLS = 8
"""Most probable symbols of a frame that the beam considers, blank included."""

MIN_SYMBOL_PROBABILITY = 1e-3
"""Frame probability below which the beam does not extend a prefix by a symbol."""


@dataclass(frozen=True)
class Frames:
    """Frames of words, word by word, and the labels of each: by falling probability, at place 1 and on.

    Attributes:
        first: the first frame of each word, and last the number of frames [words + 1].
        size: labels that are to follow without the blank [frames].
        blanks: probability of the blank, or 0 if it is not to follow [frames].
        labels: the label at each place, if there is one [TOP_SYMBOLS + 1, frames].
        probabilities: its probability; 0 where there is none, as at place 0 [TOP_SYMBOLS + 1, frames].
        place: the place of each label in each frame, 0 where it is not to follow [frames, labels].
        closing: probability of the blanks for certain that stand behind a frame, or 0 [frames].

    """

    first: Integers
    size: Integers
    blanks: Floats
    labels: Integers
    probabilities: Floats
    place: NDArray[np.int8]
    closing: Floats

    def __len__(self) -> int:
        """Number of words."""
        return len(self.first) - 1


def likely_symbols(words: Sequence[NDArray[np.float32]]) -> Frames:
    """The most probable labels of the frames of words [T, labels], at least one a frame.

    A frame whose only label is also the only one of the frame before, as in most frames, is
    merged with it: their probabilities multiply, and the sum over paths stays the same.
    """
    probabilities = np.concatenate(words) if words else np.zeros((0, 1), dtype=np.float32)
    first = np.cumsum([0, *map(len, words)])
    rows, labels = _followed(probabilities)
    values = probabilities[rows, labels].astype(np.float64)
    starts = np.searchsorted(rows, np.arange(len(probabilities)))
    only = np.where(np.diff(starts, append=len(rows)) == 1, labels[starts], -1)
    begins = np.zeros(len(only) + 1, dtype=bool)
    begins[first] = True
    same = np.zeros(len(only), dtype=bool)
    np.equal(only[1:], only[:-1], out=same[1:])
    same &= (only >= 0) & ~begins[:-1]
    if len(rows):
        values = np.multiply.reduceat(values, np.flatnonzero(~same[rows]))
    rows, labels = rows[~same[rows]], labels[~same[rows]]
    closes = (only == BLANK) & ~same & ~begins[:-1]
    closing = np.zeros(len(only))
    shut = closes[rows]
    before = (~(same | closes)).cumsum() - 1  # frames that are left, up to each one
    closing[before[rows[shut]]] = values[shut]
    rows, labels, values = before[rows[~shut]], labels[~shut], values[~shut]
    first = np.concatenate([[0], before + 1])[first]
    return _sorted(first, (rows, labels, values), closing[: first[-1]], probabilities.shape[1])


def _followed(probabilities: NDArray[np.float32]) -> tuple[Integers, Integers]:
    """Frames and labels that are to follow, in order."""
    followed = probabilities >= MIN_SYMBOL_PROBABILITY
    rows, labels = _places(followed)
    count = np.bincount(rows, minlength=len(probabilities))
    if not count.all():
        flat = np.flatnonzero(count == 0)
        best = probabilities[flat].max(axis=1, keepdims=True)
        followed[flat] = probabilities[flat] == best
        rows, labels = _places(followed)
        count = np.bincount(rows, minlength=len(probabilities))
    many = np.flatnonzero(count[rows] > TOP_SYMBOLS)
    if len(many):
        order = many[np.lexsort((probabilities[rows[many], labels[many]], rows[many]))]
        ends = np.flatnonzero(np.diff(rows[many], append=-1)) + 1
        rank = np.repeat(ends, np.diff(ends, prepend=0)) - np.arange(len(many))
        rows, labels = (np.delete(array, order[rank > TOP_SYMBOLS]) for array in (rows, labels))
    return rows, labels


def _places(mask: NDArray[np.bool_]) -> tuple[Integers, Integers]:
    """Rows and columns of what is true (np.nonzero takes three times as long)."""
    return np.divmod(np.flatnonzero(mask), mask.shape[1])


def _sorted(
    first: Integers, entries: tuple[Integers, Integers, Floats], closing: Floats, labels: int
) -> Frames:
    """Frames with their labels by falling probability."""
    rows, label, value = entries
    count = len(closing)
    other = np.flatnonzero(label != BLANK)
    # one key, since NumPy sorts by two far more slowly
    other = other[np.argsort(rows[other] - 0.5 * value[other])]
    size = np.bincount(rows[other], minlength=count)
    row, own = rows[other], label[other]
    rank = np.arange(1, len(other) + 1) - (size.cumsum() - size).repeat(size)
    ranked_labels = np.full((TOP_SYMBOLS + 1, count), BLANK)
    probabilities = np.zeros((TOP_SYMBOLS + 1, count))
    ranked_labels[rank, row], probabilities[rank, row] = own, value[other]
    blanks = np.zeros(count)
    blank = label == BLANK
    blanks[rows[blank]] = value[blank]
    place = np.zeros((count, labels), dtype=np.int8)
    place[row, own] = rank
    return Frames(first, size, blanks, ranked_labels, probabilities, place, closing)
