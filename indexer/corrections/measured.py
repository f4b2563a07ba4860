"""Figures of words that were read before and after learning, and the verdict on what was learned. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from rapidfuzz.distance import Levenshtein

from indexer.corrections.lessons import MIN_PHOTOS, MIN_WORDS
from indexer.query.folding import fold
from recognizer.files.printable import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

DRAWS = 10_000
"""Draws of the bootstrap."""

MAX_FORGOTTEN = 0.003
"""Rise of the folded character error rate of other hands from which they are forgotten."""

MAX_CALIBRATION_ERROR = 0.05
"""Expected calibration error from which the probabilities of new weights are not to be trusted."""

MAX_RISE = 0.02
"""Rise of that error which 300 words may show by chance."""

BINS = 10
"""Intervals of confidence of the calibration error."""


class Verdict(StrEnum):
    """What is said of new weights."""

    BETTER = "better"
    TOO_FEW = "too few to tell"
    WORSE = "worse"
    FORGETS = "forgets"


@dataclass(frozen=True)
class ReadWord:
    """A word as it was read.

    Attributes:
        group: its photo, or its hand.
        truth: what stands there.
        text: what was read.
        confidence: 0..1.

    """

    group: str
    truth: str
    text: str
    confidence: float

    @property
    def is_right(self) -> bool:
        """Whether it was read but for case and accents."""
        return _folded(self.text) == _folded(self.truth)


@dataclass(frozen=True)
class Figures:
    """Errors of words as they were read: shares of characters and of words; folded without case and accents."""

    words: int
    cer: float
    wrong_words: float
    folded_cer: float
    folded_wrong_words: float
    calibration_error: float


@dataclass(frozen=True)
class Judged:
    """A verdict.

    Attributes:
        verdict: what is said of the new weights.
        why: one sentence.
        interval: 95 % interval of the change of the share of folded wrong words; below 0 is better.

    """

    verdict: Verdict
    why: str
    interval: tuple[float, float]


def figures(words: Sequence[ReadWord]) -> Figures:
    """The figures of some words, at least one."""
    truths = [(word.truth, word.text) for word in words]
    folded = [(_folded(word.truth), _folded(word.text)) for word in words]
    return Figures(
        len(words),
        _error_rate(truths),
        float(np.mean([truth != text for truth, text in truths])),
        _error_rate(folded),
        float(np.mean([truth != text for truth, text in folded])),
        _calibration_error(words),
    )


def interval(
    before: Sequence[ReadWord], after: Sequence[ReadWord], draws: int = DRAWS
) -> tuple[float, float]:
    """95 % interval of the change of the share of folded wrong words, by a paired bootstrap over groups.

    Args:
        before: some words, at least one.
        after: the same words in the same order, read by others.
        draws: of as many groups as there are.

    """
    groups = sorted({word.group for word in before})
    place = {group: number for number, group in enumerate(groups)}
    which = np.array([place[word.group] for word in before])
    wrong = [
        float(a.is_right < b.is_right) - float(a.is_right > b.is_right)
        for a, b in zip(after, before, strict=True)
    ]
    changes = np.bincount(which, wrong, len(groups))
    sizes = np.bincount(which, minlength=len(groups))
    drawn = np.random.default_rng(0).multinomial(
        len(groups), np.full(len(groups), 1 / len(groups)), draws
    )
    low, high = np.quantile(drawn @ changes / (drawn @ sizes), [0.025, 0.975])
    return float(low), float(high)


def judge(
    before: Sequence[ReadWord],
    after: Sequence[ReadWord],
    guard_before: Sequence[ReadWord],
    guard_after: Sequence[ReadWord],
) -> Judged:
    """The verdict on new weights.

    Args:
        before: held-out words of checked photos, as they were read with the weights in use.
        after: the same, with the new weights.
        guard_before: words of other hands, with the weights in use.
        guard_after: the same, with the new weights.

    """
    bounds = interval(before, after) if before else (0.0, 0.0)
    change = (
        (figures(after).folded_wrong_words - figures(before).folded_wrong_words) if before else 0.0
    )
    old, new = figures(guard_before), figures(guard_after)
    forgotten = new.folded_cer - old.folded_cer
    photos = len({word.group for word in before})
    if forgotten > MAX_FORGOTTEN:
        return Judged(
            Verdict.FORGETS,
            f"{100 * forgotten:.1f} of 100 letters more are misread in other hands",
            bounds,
        )
    if new.calibration_error > max(MAX_CALIBRATION_ERROR, old.calibration_error + MAX_RISE):
        return Judged(
            Verdict.FORGETS,
            f"probabilities are off by {new.calibration_error:.2f} in other hands",
            bounds,
        )
    if len(before) < MIN_WORDS or photos < MIN_PHOTOS:
        there = f"{counted(len(before), 'held-out word')} on {counted(photos, 'checked photo')}"
        why = (
            f"{there}; {MIN_WORDS} on {MIN_PHOTOS} are needed"
            if before
            else f"no checked photo is held out; {MIN_WORDS} words on {MIN_PHOTOS} are needed"
        )
        return Judged(Verdict.TOO_FEW, why, bounds)
    if change >= 0:
        return Judged(Verdict.WORSE, "no fewer held-out words are wrong", bounds)
    if bounds[1] >= 0:
        why = "fewer held-out words are wrong, but that may be chance; check more photos"
        return Judged(Verdict.TOO_FEW, why, bounds)
    return Judged(Verdict.BETTER, f"{-100 * change:.1f} of 100 words fewer are wrong", bounds)


def _folded(text: str) -> str:
    """Letters and digits without case and accents; signs alone stay."""
    return "".join(filter(str.isalnum, fold(text))) or text


def _error_rate(pairs: Sequence[tuple[str, str]]) -> float:
    edits = sum(Levenshtein.distance(truth, text) for truth, text in pairs)
    return edits / max(1, sum(len(truth) for truth, _ in pairs))


def _calibration_error(words: Sequence[ReadWord]) -> float:
    """Expected calibration error of exact readings (Naeini et al. 2015)."""
    sure = np.array([word.confidence for word in words])
    right = np.array([word.text == word.truth for word in words], dtype=float)
    bins = np.minimum((sure * BINS).astype(int), BINS - 1)
    return float(np.abs(np.bincount(bins, sure - right, BINS)).sum() / len(words))
