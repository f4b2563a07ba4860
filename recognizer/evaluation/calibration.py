"""Calibration of confidences: accuracy in intervals, and the expected calibration error (ECE)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recognizer.evaluation.evaluated_word import EvaluatedWord

BINS = 10
"""Equal intervals of confidence in the calibration table."""


@dataclass(frozen=True)
class CalibrationBin:
    """Words whose confidence lies in one interval [low, high).

    Attributes:
        words: number of words; the last interval includes 1.
        confidence: their mean confidence.
        right: share of them that were read exactly.

    """

    low: float
    high: float
    words: int
    confidence: float
    right: float


def calibration(words: Sequence[EvaluatedWord], bins: int = BINS) -> tuple[CalibrationBin, ...]:
    """Confidence against accuracy in `bins` equal intervals; those without a word are left out."""
    members: dict[int, list[EvaluatedWord]] = defaultdict(list)
    for word in words:
        members[min(int(word.confidence * bins), bins - 1)].append(word)
    return tuple(
        CalibrationBin(
            low=place / bins,
            high=(place + 1) / bins,
            words=len(inside),
            confidence=sum(word.confidence for word in inside) / len(inside),
            right=sum(word.text == word.truth for word in inside) / len(inside),
        )
        for place, inside in sorted(members.items())
    )


def expected_calibration_error(bins: Sequence[CalibrationBin]) -> float:
    """Mean absolute difference of confidence and accuracy over `bins`, weighted by words.

    Source: ECE of Naeini et al. 2015, as in Guo et al. 2017.
    """
    words = sum(each.words for each in bins)
    return sum(abs(each.confidence - each.right) * each.words for each in bins) / max(1, words)
