"""Recall among the N best readings: how often one of them is the truth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from recognizer.posteriors.folding import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recognizer.evaluation.evaluated_word import EvaluatedWord

RANKS = (1, 5, 10)
"""Values of N for which recall among the N best readings is reported, if as many were asked for."""


@dataclass(frozen=True)
class Recall:
    """Share of words whose truth is among the N best readings.

    Attributes:
        exact: share of all words, case and signs kept.
        folded: share of the words whose truth does not fold to "", folded.

    """

    exact: float
    folded: float


def n_best_recall(words: Sequence[EvaluatedWord], rank: int) -> Recall:
    """Recall among the `rank` best readings."""
    exact = [word.truth in word.readings[:rank] for word in words]
    folded = [
        truth in map(fold, word.readings[:rank]) for word in words if (truth := fold(word.truth))
    ]
    return Recall(sum(exact) / max(1, len(exact)), sum(folded) / max(1, len(folded)))
