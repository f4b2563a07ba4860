"""Logits to text: greedy and prefix-beam decoding, and the one definition of confidence.

A reading's probability is the CTC probability of its text, summed over all paths, to the extent
that the beam saw them. Confidence is the probability of the best reading after temperature
scaling (Guo et al. 2017), which `weights` carries as a calibration constant.

A doubled letter is read where a frame lies between its halves in which the blank is likelier
than the letter; without one, its halves are one stroke. Training therefore refuses labels whose
image has no frame to spare for that (`charset.frames_needed`).
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
"""Symbols of a frame that the beam considers, blank included."""

_LEAST = 1e-3
"""Frame probability below which the beam does not extend a prefix."""

_Frame: TypeAlias = list[tuple[int, float]]
"""Labels with their probabilities."""

_Beams: TypeAlias = dict[str, tuple[float, float, int]]
"""Texts with the probability of ending in a blank, in the last symbol, and that symbol's label."""

_NOTHING = (0.0, 0.0, BLANK)


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
    probabilities: NDArray[np.float32],
    charset: Charset,
    *,
    width: int = 10,
    prior: Prior | None = None,
) -> list[tuple[str, float]]:
    """The `width` most probable texts of [T, labels] with their probabilities, best first.

    Source: prefix beam search of Graves & Jaitly 2014 (as laid out by Hannun et al. 2014), over
    the TOP_SYMBOLS best symbols of each frame; without pruning the probabilities are exact.

    With a `prior`, texts are ranked by P·r, their CTC probability times the prior's reward, and
    what comes back is P·r / (1 + sum of P·(r - 1) over the beam): the posterior under the prior
    that is added to the network's own, if what the beam did not keep has a reward of 1.
    It lies in 0..1, and is P where all rewards are 1.
    """
    symbols = "\0" + charset.symbols
    beams: _Beams = {"": (1.0, 0.0, BLANK)}
    for frame in _frames(probabilities):
        beams = _grown(beams, frame, symbols)
        if len(beams) > width:
            beams = _best(beams, width, prior)
    ranked = [(text, min(1.0, blank + symbol)) for text, (blank, symbol, _) in beams.items()]
    if prior:
        ranked = _rewarded(ranked, prior)
    return sorted(ranked, key=itemgetter(1), reverse=True)


def _grown(beams: _Beams, frame: _Frame, symbols: str) -> _Beams:
    """The texts after one more frame, unpruned."""
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
                    b, s, _ = seen(text, _NOTHING)
                    grown[text] = (b, s + symbol * p, last)
                before = blank  # an equal letter can only follow a blank
                if not before:
                    continue
            longer = text + symbols[label]
            known = seen(longer)
            more = before * p
            grown[longer] = (known[0], known[1] + more, label) if known else (0.0, more, label)
    # hundreds of flat frames underflow to nothing; what was read until then stays
    return grown or beams


def _best(beams: _Beams, width: int, prior: Prior | None) -> _Beams:
    """The `width` most probable texts, or the most promising ones if there is a prior."""
    if prior:
        promise = prior.promise
        worth = [(b + s) * promise(text) for text, (b, s, _) in beams.items()]
    else:
        worth = [b + s for b, s, _ in beams.values()]
    least = sorted(worth)[-width]
    pairs = zip(worth, beams.items(), strict=True)
    best = [(value, item) for value, item in pairs if value >= least]
    if len(best) > width:  # equals: without a cut, flat posteriors would keep everything
        best = sorted(best, key=itemgetter(0), reverse=True)[:width]
    return dict([item for _, item in best])


def _rewarded(ranked: list[tuple[str, float]], prior: Prior) -> list[tuple[str, float]]:
    worth = [(text, p * prior.reward(text)) for text, p in ranked]
    total = max(0.0, 1.0 - sum(p for _, p in ranked)) + sum(value for _, value in worth)
    # rewards of long unlikely texts may underflow, and the network's own order stays
    return [(text, value / total) for text, value in worth] if total else ranked


def _frames(probabilities: NDArray[np.float32]) -> list[_Frame]:
    """Labels worth following at each frame with their probabilities, at least the best one.

    Labels rise, so that a blank comes first. Frames that leave no choice but the one before
    them, as most frames do, are joined with it: their probabilities multiply, and the sum over
    paths stays the same.
    """
    floor = np.minimum(_LEAST, probabilities.max(axis=1, keepdims=True))
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


def read(
    probabilities: NDArray[np.float32],
    charset: Charset,
    *,
    alternatives: int = 5,
    prior: Prior | None = None,
) -> Reading:
    """Decode the calibrated probabilities [T, labels] of one word, see `beam_search`.

    The text is the best one of the beam; an empty word reads "" with its own probability. The
    beam is wider than what is asked for: what a beam kept last is often not the next best.
    """
    width = max(20, alternatives * 3) if prior else max(10, alternatives * 3 // 2)
    ranked = beam_search(probabilities, charset, width=width, prior=prior)
    best, confidence = ranked[0]
    return Reading(best, confidence, tuple(ranked[:alternatives]))
