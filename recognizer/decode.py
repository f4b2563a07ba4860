"""Logits to text: greedy and prefix-beam decoding, and the one definition of confidence.

A reading's probability is the CTC probability of its text, summed over all paths, to the extent
that the beam saw them. Confidence is the probability of the best reading after temperature
scaling (Guo et al. 2017), which `weights` carries as a calibration constant.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from recognizer.charset import BLANK

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from recognizer.charset import Charset

TOP_SYMBOLS = 8
"""Symbols of a frame that the beam considers, blank included."""

_LEAST = 1e-3
"""Frame probability below which the beam does not extend a prefix."""


@dataclass(frozen=True)
class Reading:
    """What one word image says.

    Attributes:
        text: the best reading.
        confidence: calibrated probability 0..1 that `text` is right.
        alternatives: readings with probabilities, best first, `text` included.

    """

    text: str
    confidence: float
    alternatives: tuple[tuple[str, float], ...]


def softmax(logits: NDArray[np.float32], temperature: float = 1.0) -> NDArray[np.float32]:
    """Probabilities along the last axis, flattened (T > 1) or sharpened by `temperature`."""
    scaled = logits / temperature
    scaled = scaled - scaled.max(axis=-1, keepdims=True)
    np.exp(scaled, out=scaled)
    return np.asarray(scaled / scaled.sum(axis=-1, keepdims=True), dtype=np.float32)


def greedy(probabilities: NDArray[np.float32], charset: Charset) -> str:
    """Text of the best path through [T, labels]: repeats collapse, then blanks go."""
    path = probabilities.argmax(axis=1)
    change = np.empty(len(path), dtype=bool)
    change[:1] = True
    np.not_equal(path[1:], path[:-1], out=change[1:])
    return charset.decode(path[change & (path != BLANK)].tolist())


def read_greedily(probabilities: NDArray[np.float32], charset: Charset) -> Reading:
    """Decode [T, labels] by the best path alone; the confidence is the probability of that path.

    It is lower than the probability of the text, which other paths spell as well.
    """
    text, confidence = greedy(probabilities, charset), float(probabilities.max(axis=1).prod())
    return Reading(text, confidence, ((text, confidence),))


def beam_search(
    probabilities: NDArray[np.float32], charset: Charset, *, width: int = 10
) -> list[tuple[str, float]]:
    """The `width` most probable texts of [T, labels] with their probabilities, best first.

    Source: prefix beam search of Graves & Jaitly 2014 (as laid out by Hannun et al. 2014), over
    the TOP_SYMBOLS best symbols of each frame; without pruning the probabilities are exact.
    """
    # prefix -> [probability of ending in a blank, in its last symbol]
    beams: dict[tuple[int, ...], list[float]] = {(): [1.0, 0.0]}
    for frame in _candidates(probabilities):
        grown: dict[tuple[int, ...], list[float]] = {}
        for prefix, (blank, symbol) in beams.items():
            last = prefix[-1] if prefix else -1
            for label, p in frame:
                if label == BLANK:
                    grown.setdefault(prefix, [0.0, 0.0])[0] += (blank + symbol) * p
                elif label == last:
                    grown.setdefault(prefix, [0.0, 0.0])[1] += symbol * p
                    if blank:
                        grown.setdefault((*prefix, label), [0.0, 0.0])[1] += blank * p
                else:
                    grown.setdefault((*prefix, label), [0.0, 0.0])[1] += (blank + symbol) * p
        if len(grown) > width:
            best = sorted(grown.items(), key=_total, reverse=True)[:width]
            grown = dict(best)
        beams = grown
    ranked = sorted(beams.items(), key=_total, reverse=True)
    return [(charset.decode(prefix), min(1.0, sum(parts))) for prefix, parts in ranked]


def _total(item: tuple[tuple[int, ...], list[float]]) -> float:
    return item[1][0] + item[1][1]


def _candidates(probabilities: NDArray[np.float32]) -> list[list[tuple[int, float]]]:
    """Labels worth following at each frame with their probabilities, at least the best one."""
    count = min(TOP_SYMBOLS, probabilities.shape[1])
    top = np.argpartition(probabilities, -count, axis=1)[:, -count:]
    values = np.take_along_axis(probabilities, top, axis=1)
    floor = np.minimum(_LEAST, values.max(axis=1, keepdims=True))
    keep = values >= floor
    return [
        list(zip(t[k].tolist(), v[k].tolist(), strict=True))
        for t, v, k in zip(top, values, keep, strict=True)
    ]


def read(probabilities: NDArray[np.float32], charset: Charset, *, alternatives: int = 5) -> Reading:
    """Decode the calibrated probabilities [T, labels] of one word.

    The text is the best one of the beam; an empty word reads "" with its own probability.
    """
    ranked = beam_search(probabilities, charset, width=max(alternatives, 4))
    best, confidence = ranked[0]
    return Reading(best, confidence, tuple(ranked[:alternatives]))
