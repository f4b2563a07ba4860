"""Evaluation reports: scores by hand, length and class, confusions, recall and calibration."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from recognizer.evaluation.calibration import calibration, expected_calibration_error
from recognizer.evaluation.character_errors import (
    ClassErrors,
    Confusion,
    confusions,
    errors_by_class,
)
from recognizer.evaluation.metrics import Scores, score
from recognizer.evaluation.n_best_recall import RANKS, Recall, n_best_recall
from recognizer.posteriors.folding import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from recognizer.evaluation.calibration import CalibrationBin
    from recognizer.evaluation.evaluated_word import EvaluatedWord

MAX_LENGTH = 12
"""Words of this many folded characters and more share one row."""


@dataclass(frozen=True)
class EvaluationSettings:
    """Decoder settings and speed of an evaluation.

    Attributes:
        decoding: "beam" or "greedy".
        alternatives: readings asked for of each word; the width of the beam grows with it.
        words_per_second: speed of network and decoding, without loading the images.

    """

    decoding: str
    alternatives: int
    words_per_second: float


@dataclass(frozen=True)
class Report:
    """The result of `ocrsearch evaluate`.

    Attributes:
        settings: how the words were read.
        scores: error rates over all words.
        recall: by N, see `RANKS`.
        hands: scores by hand; empty if the data names none.
        lengths: scores by length of the folded truth; "0" holds words of signs only.
        classes: errors by character class.
        confusions: the most frequent ones.
        calibration: the intervals that hold words.
        calibration_error: see `expected_calibration_error`.

    """

    settings: EvaluationSettings
    scores: Scores
    recall: dict[int, Recall]
    hands: dict[str, Scores]
    lengths: dict[str, Scores]
    classes: dict[str, ClassErrors]
    confusions: tuple[Confusion, ...]
    calibration: tuple[CalibrationBin, ...]
    calibration_error: float

    def as_dict(self) -> dict[str, object]:
        """The report as a JSON object: scores and settings at the top level, tables by name."""
        whole = asdict(self)
        for name, errors in self.classes.items():
            whole["classes"][name]["rate"] = errors.rate
        return {**whole.pop("scores"), **whole.pop("settings"), **whole}


def measure(words: Sequence[EvaluatedWord], settings: EvaluationSettings) -> Report:
    """The report about `words`, which were read with `settings`."""
    pairs = [(word.truth, word.text) for word in words]
    bins = calibration(words)
    return Report(
        settings=settings,
        scores=score(pairs),
        recall={
            rank: n_best_recall(words, rank) for rank in RANKS if rank <= settings.alternatives
        },
        hands=_by_hand(words),
        lengths=_by_length(words),
        classes=errors_by_class(pairs),
        confusions=confusions(pairs),
        calibration=bins,
        calibration_error=expected_calibration_error(bins),
    )


def _by_hand(words: Sequence[EvaluatedWord]) -> dict[str, Scores]:
    if not any(word.hand for word in words):
        return {}
    return _by(sorted(words, key=lambda word: word.hand), lambda word: word.hand)


def _by_length(words: Sequence[EvaluatedWord]) -> dict[str, Scores]:
    def length(word: EvaluatedWord) -> int:
        return min(MAX_LENGTH, len(fold(word.truth)))

    def name(word: EvaluatedWord) -> str:
        return f"{MAX_LENGTH}+" if length(word) == MAX_LENGTH else str(length(word))

    return _by(sorted(words, key=length), name)


def _by(words: Sequence[EvaluatedWord], name: Callable[[EvaluatedWord], str]) -> dict[str, Scores]:
    """Scores of the words of each name, in order of appearance."""
    parts: dict[str, list[EvaluatedWord]] = defaultdict(list)
    for word in words:
        parts[name(word)].append(word)
    return {key: score((word.truth, word.text) for word in part) for key, part in parts.items()}
