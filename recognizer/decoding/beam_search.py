"""CTC decoding: best path, prefix beam search, and the one definition of confidence.

A reading's probability is the CTC probability of its text, summed over the paths that the beam
keeps. Confidence is the probability of the best reading after temperature scaling (Guo et al.
2017); the weights file holds the temperature.

A doubled letter is read where a frame between its halves makes the blank likelier than the
letter; without one, its halves are one stroke. Training therefore refuses labels whose image
has no frame to spare for that (`ctc_feasibility.frames_needed`).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from recognizer.charset import BLANK

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from recognizer.charset import Charset
    from recognizer.decoding.prior import Prior

TOP_SYMBOLS = 8
"""Most probable symbols of a frame that the beam considers, blank included."""

_MIN_SYMBOL_PROBABILITY = 1e-3
"""Frame probability below which the beam does not extend a prefix by a symbol."""

_MIN_WIDTH = 10
"""Narrowest beam."""

_MIN_WIDTH_WITH_PRIOR = 20
"""Narrowest beam with a prior, whose ranking differs from that of the network."""

_Frame: TypeAlias = list[tuple[int, float]]
"""Labels with their probabilities."""

_Beams: TypeAlias = dict[str, tuple[float, float, int]]
"""Texts with the probability of ending in a blank, in the last symbol, and that symbol's label."""

_ABSENT = (0.0, 0.0, BLANK)


@dataclass(frozen=True)
class Reading:
    """The text read from one word image.

    Attributes:
        text: the most probable text.
        confidence: calibrated probability 0..1 that `text` is right.
        alternatives: texts with their probabilities 0..1, best first, `text` included.

    """

    text: str
    confidence: float
    alternatives: tuple[tuple[str, float], ...]


def softmax(logits: NDArray[np.float32], temperature: float = 1.0) -> NDArray[np.float32]:
    """Probabilities along the last axis; a `temperature` above 1 flattens them."""
    scaled = logits / temperature
    scaled = scaled - scaled.max(axis=-1, keepdims=True)
    np.exp(scaled, out=scaled)
    return np.asarray(scaled / scaled.sum(axis=-1, keepdims=True), dtype=np.float32)


def greedy(probabilities: NDArray[np.float32], charset: Charset) -> str:
    """Text of the best path through probabilities [T, labels]: collapse repeats, drop blanks."""
    path = probabilities.argmax(axis=1)
    change = np.empty(len(path), dtype=bool)
    change[:1] = True
    np.not_equal(path[1:], path[:-1], out=change[1:])
    return charset.decode(path[change & (path != BLANK)].tolist())


def decode_greedily(probabilities: NDArray[np.float32], charset: Charset) -> Reading:
    """Decode probabilities [T, labels] by the best path alone.

    The confidence is the probability of that path, which is lower than that of the text because
    other paths spell it as well.
    """
    text, confidence = greedy(probabilities, charset), float(probabilities.max(axis=1).prod())
    return Reading(text, confidence, ((text, confidence),))


def beam_search(
    probabilities: NDArray[np.float32],
    charset: Charset,
    *,
    width: int = 10,
    prior: Prior | None = None,
) -> list[tuple[str, float]]:
    """The `width` most probable texts of [T, labels] with their probabilities, best first.

    Source: prefix beam search of Graves & Jaitly 2014 (as laid out by Hannun et al. 2014), over
    the TOP_SYMBOLS best symbols of each frame; without pruning the probabilities are exact.

    With a `prior`, texts are ranked by P·r, their CTC probability times the score of the prior
    (shallow fusion), and returned with P·r / (1 + sum of P·(r - 1) over the beam): the posterior,
    if the texts that the beam did not keep have a score of 1. It lies in 0..1, and is P where
    all scores are 1.
    """
    symbols = "\0" + charset.symbols
    beams: _Beams = {"": (1.0, 0.0, BLANK)}
    for frame in _frames(probabilities):
        beams = _extended(beams, frame, symbols)
        if len(beams) > width:
            beams = _pruned(beams, width, prior)
    ranked = [(text, min(1.0, blank + symbol)) for text, (blank, symbol, _) in beams.items()]
    if prior:
        ranked = _posterior(ranked, prior)
    return sorted(ranked, key=itemgetter(1), reverse=True)


def _extended(beams: _Beams, frame: _Frame, symbols: str) -> _Beams:
    """The beams after one more frame, unpruned."""
    grown: _Beams = {}
    if frame[0][0] == BLANK:
        p = frame[0][1]
        frame = frame[1:]
        grown = {text: ((b + s) * p, 0.0, last) for text, (b, s, last) in beams.items()}
        if not frame:
            return grown
    seen = grown.get
    for text, (blank, symbol, last) in beams.items():
        total = blank + symbol
        for label, p in frame:
            before = total
            if label == last:
                if symbol:  # the same stroke goes on
                    b, s, _ = seen(text, _ABSENT)
                    grown[text] = (b, s + symbol * p, last)
                before = blank  # an equal letter can only follow a blank
                if not before:
                    continue
            longer = text + symbols[label]
            known = seen(longer)
            more = before * p
            grown[longer] = (known[0], known[1] + more, label) if known else (0.0, more, label)
    # hundreds of flat frames underflow to 0; the text read until then stays
    return grown or beams


def _pruned(beams: _Beams, width: int, prior: Prior | None) -> _Beams:
    """The `width` beams with the highest probability, times the prefix score of the prior if any."""
    if prior:
        prefix_score = prior.prefix_score
        scores = [(b + s) * prefix_score(text) for text, (b, s, _) in beams.items()]
    else:
        scores = [b + s for b, s, _ in beams.values()]
    lowest = sorted(scores)[-width]
    pairs = zip(scores, beams.items(), strict=True)
    best = [(score, item) for score, item in pairs if score >= lowest]
    if len(best) > width:  # ties: without a cut, flat posteriors would keep everything
        best = sorted(best, key=itemgetter(0), reverse=True)[:width]
    return dict([item for _, item in best])


def _posterior(ranked: list[tuple[str, float]], prior: Prior) -> list[tuple[str, float]]:
    """The texts with their probabilities under network and prior, see `beam_search`."""
    scored = [(text, p * prior.score(text)) for text, p in ranked]
    total = max(0.0, 1.0 - sum(p for _, p in ranked)) + sum(score for _, score in scored)
    # scores of long unlikely texts may underflow; then the network's own order stays
    return [(text, score / total) for text, score in scored] if total else ranked


def _frames(probabilities: NDArray[np.float32]) -> list[_Frame]:
    """Labels to follow at each frame with their probabilities, at least the best one.

    Labels are sorted, so that a blank comes first. A frame whose only label is also the only one
    of the frame before, as in most frames, is merged with it: their probabilities multiply, and
    the sum over paths stays the same.
    """
    floor = np.minimum(_MIN_SYMBOL_PROBABILITY, probabilities.max(axis=1, keepdims=True))
    rows, columns = np.nonzero(probabilities >= floor)
    counts = np.bincount(rows, minlength=len(probabilities)).tolist()
    follow = zip(columns.tolist(), probabilities[rows, columns].tolist(), strict=True)
    frames: list[_Frame] = []
    forced = -1
    for count in counts:
        frame = list(islice(follow, count))
        label, p = frame[0]
        if count == 1 and label == forced:
            frames[-1] = [(label, frames[-1][0][1] * p)]
            continue
        if count > TOP_SYMBOLS:
            frame = sorted(sorted(frame, key=itemgetter(1))[-TOP_SYMBOLS:])
        frames.append(frame)
        forced = label if count == 1 else -1
    return frames


def decode(
    probabilities: NDArray[np.float32],
    charset: Charset,
    *,
    alternatives: int = 5,
    prior: Prior | None = None,
) -> Reading:
    """Decode the calibrated probabilities [T, labels] of one word, see `beam_search`.

    The text is the best one of the beam; an empty image reads "" with its own probability. The
    beam is wider than `alternatives` because the last text of a beam is often not the next best.
    """
    if prior:
        width = max(_MIN_WIDTH_WITH_PRIOR, alternatives * 3)
    else:
        width = max(_MIN_WIDTH, alternatives * 3 // 2)
    ranked = beam_search(probabilities, charset, width=width, prior=prior)
    best, confidence = ranked[0]
    return Reading(best, confidence, tuple(ranked[:alternatives]))
