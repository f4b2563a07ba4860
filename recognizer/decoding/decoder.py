"""CTC decoding: prefix beam search, and the one definition of confidence.

A reading's probability is the CTC probability of its text, summed over the paths that the beam
keeps. Confidence is the probability of the best reading after temperature scaling (Guo et al.
2017); the weights file holds the temperature.

A doubled letter is read where a frame between its halves makes the blank likelier than the
letter; without one, its halves are one stroke. Training therefore refuses labels whose image
has no frame to spare for that (`label_checks.frames_needed`).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from recognizer.decoding import beam_search
from recognizer.decoding.frames import Frames, likely_symbols

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from recognizer.decoding.prior import Prior
    from recognizer.posteriors.charset import Charset

_MIN_WIDTH = 10
"""Narrowest beam."""

_MIN_WIDTH_WITH_PRIOR = 20
"""Narrowest beam with a prior, whose ranking differs from that of the network."""

_BATCH = 1024
"""Words that are searched together: enough for NumPy, few enough for the caches of a CPU."""


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


def likeliest_texts(
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
    [ranked] = _ranked(likely_symbols([probabilities]), np.array([0]), charset, width, width, prior)
    return ranked


def _ranked(
    frames: Frames,
    words: NDArray[np.intp],
    charset: Charset,
    width: int,
    count: int,
    prior: Prior | None,
) -> list[list[tuple[str, float]]]:
    """The `count` best texts of a beam for each of `words`, places in `frames`; see `likeliest_texts`."""
    automaton = prior.automaton(charset) if prior else None
    codes = np.array([0, *map(ord, charset.symbols)], dtype=np.uint32)
    found = beam_search.search(frames, words, codes, width, automaton)
    probability = np.minimum(1.0, found.probability)
    score = probability * found.score
    missing = 1.0 - np.bincount(found.word, probability, len(words))
    total = missing.clip(min=0.0) + np.bincount(found.word, score, len(words))
    # scores of long unlikely texts may underflow; then the network's own order stays
    own = total[found.word]
    posterior = np.where(own > 0, score / np.where(own > 0, own, 1.0), probability)
    if not prior:
        posterior = probability
    order = np.lexsort((-posterior, found.word))
    size = np.bincount(found.word, minlength=len(words))
    order = order[np.arange(len(order)) - (size.cumsum() - size).repeat(size) < count]
    ends = np.minimum(size, count).cumsum().tolist()
    listed = list(zip(found.texts(order), posterior[order].tolist(), strict=True))
    return [listed[start:end] for start, end in pairwise([0, *ends])]


def decode_all(
    words: Sequence[NDArray[np.float32]] | Frames,
    charset: Charset,
    *,
    alternatives: int = 5,
    priors: Sequence[Prior | None] | None = None,
) -> list[Reading]:
    """Decode the calibrated probabilities [T, labels] of words, or their frames, each with its prior.

    The text is the best one of the beam; an empty image reads "" with its own probability. The
    beam is wider than `alternatives` because the last text of a beam is often not the next best.
    """
    frames = words if isinstance(words, Frames) else likely_symbols(words)
    groups: dict[Prior | None, list[int]] = {}
    for place, prior in enumerate(priors or [None] * len(frames)):
        groups.setdefault(prior, []).append(place)
    steps = np.diff(frames.first)
    readings: dict[int, Reading] = {}
    for prior, group in groups.items():
        if prior:
            width = max(_MIN_WIDTH_WITH_PRIOR, alternatives * 3)
        else:
            width = max(_MIN_WIDTH, alternatives * 3 // 2)
        # words of a length need the same number of steps
        places = np.array(group)[steps[group].argsort(kind="stable")]
        for start in range(0, len(places), _BATCH):
            batch = places[start : start + _BATCH]
            ranked = _ranked(frames, batch, charset, width, alternatives, prior)
            for place, texts in zip(batch.tolist(), ranked, strict=True):
                readings[place] = Reading(*texts[0], tuple(texts))
    return [readings[place] for place in range(len(frames))]


def decode(
    probabilities: NDArray[np.float32],
    charset: Charset,
    *,
    alternatives: int = 5,
    prior: Prior | None = None,
) -> Reading:
    """Decode the calibrated probabilities [T, labels] of one word, see `decode_all`."""
    [reading] = decode_all([probabilities], charset, alternatives=alternatives, priors=[prior])
    return reading
