"""Prefix beam search and priors text by text, in plain Python: what the arrays must equal."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache
from itertools import islice
from math import exp, log, prod
from operator import itemgetter
from typing import TYPE_CHECKING, Protocol, TypeAlias

import numpy as np

from recognizer.decoding.frames import MIN_SYMBOL_PROBABILITY, TOP_SYMBOLS
from recognizer.decoding.ngram_lm import END, START, UNKNOWN
from recognizer.posteriors.charset import BLANK

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from recognizer.posteriors.charset import Charset

_Frame: TypeAlias = list[tuple[int, float]]
"""Labels with their probabilities."""

_Beams: TypeAlias = dict[str, tuple[float, float, int]]
"""Texts with the probability of ending in a blank, in the last symbol, and that symbol's label."""

_ABSENT = (0.0, 0.0, BLANK)


class Prior(Protocol):
    def score(self, text: str) -> float: ...

    def prefix_score(self, start: str) -> float: ...


class Spelling:
    """A character n-gram model with back-off."""

    def __init__(self, probabilities: Mapping[str, float], backoffs: Mapping[str, float]) -> None:
        self._probabilities, self._backoffs = probabilities, backoffs
        self._order = max(map(len, probabilities))
        self._factor = lru_cache(1 << 17)(self._ngram_factor)
        self.prefix_score = lru_cache(1 << 16)(self._prefix_score)

    def score(self, text: str) -> float:
        return self.prefix_score(text + END)

    def _prefix_score(self, start: str) -> float:
        if not start:
            return 1.0
        ngram = start[-self._order :] if len(start) >= self._order else START + start
        return self.prefix_score(start[:-1]) * self._factor(ngram)

    def _ngram_factor(self, ngram: str) -> float:
        if not (ngram[-1].isalnum() or ngram[-1] == END):
            return 1.0
        return exp(0.35 * (2.0 + log(10.0) * self._log_probability(ngram.lower())))

    def _log_probability(self, ngram: str) -> float:
        cost = 0.0
        while ngram not in self._probabilities:
            if len(ngram) == 1:
                return cost + self._probabilities[UNKNOWN]
            cost += self._backoffs.get(ngram[:-1], 0.0)
            ngram = ngram[1:]
        return cost + self._probabilities[ngram]


_UPPER = "A-ZÀ-ÖØ-Þ"
"""Capitals of Latin-1, as a range of a regular expression."""

_LOWER = "a-zß-öø-ÿ"
"""Small letters of Latin-1, as a range of a regular expression."""

_PART = re.compile(f"[{_UPPER}]?[{_LOWER}]+|[{_UPPER}]+(?![{_LOWER}])")
"""The words of an identifier: `hasLeftChild` has three, `INPUT.Value` two."""


class Words:
    """A word list."""

    def __init__(self, frequencies: Mapping[str, float]) -> None:
        folded: defaultdict[str, float] = defaultdict(float)
        for word, frequency in frequencies.items():
            folded[_core(word)] += frequency
        self._words: dict[str, float] = {}
        self._starts: dict[str, float] = {}
        for word, frequency in folded.items():
            factor = 7.0 * frequency**0.5
            for length in range(2, len(word) + 1):
                start, value = word[:length], factor * 4.0**length
                if value > self._starts.get(start, 0.0):
                    self._starts[start] = value
            if len(word) > 1:
                self._words[word] = factor * 4.0 ** len(word)
        self.prefix_score = lru_cache(1 << 16)(self._prefix_score)

    def score(self, text: str) -> float:
        """Factor >= 1 on the probability of the complete `text`."""
        return self._product(text, self._words)

    def _prefix_score(self, start: str) -> float:
        """The same for a text that may go on: its last word may be the start of a listed word."""
        return self._product(start, self._starts)

    def _product(self, text: str, last: Mapping[str, float]) -> float:
        whole = 1.0 + last.get(_core(text), 0.0)
        parts = _PART.findall(text)
        if len(parts) < 2:
            return whole
        product = 1.0 + (last if text.endswith(parts[-1]) else self._words).get(
            parts[-1].lower(), 0.0
        )
        for part in parts[:-1]:
            product *= 1.0 + self._words.get(part.lower(), 0.0)
        return max(whole, product)


def _core(text: str) -> str:
    return "".join(filter(str.isalnum, text.lower()))


class Both:
    """The product of two priors."""

    def __init__(self, one: Prior, other: Prior) -> None:
        self._both = one, other

    def score(self, text: str) -> float:
        return prod(prior.score(text) for prior in self._both)

    def prefix_score(self, start: str) -> float:
        return prod(prior.prefix_score(start) for prior in self._both)


class Mean:
    """The weighted mean of priors; what is missing to a sum of 1 scores 1."""

    def __init__(self, parts: Sequence[tuple[float, Prior]]) -> None:
        self._parts = parts
        self._none = 1.0 - sum(weight for weight, _ in parts)
        self.prefix_score = lru_cache(1 << 16)(self._prefix_score)

    def score(self, text: str) -> float:
        return self._none + sum(weight * prior.score(text) for weight, prior in self._parts)

    def _prefix_score(self, start: str) -> float:
        return self._none + sum(w * prior.prefix_score(start) for w, prior in self._parts)


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
    floor = np.minimum(MIN_SYMBOL_PROBABILITY, probabilities.max(axis=1, keepdims=True))
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
