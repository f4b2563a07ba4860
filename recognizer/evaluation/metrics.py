"""Character and word error rates."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from rapidfuzz.distance import Levenshtein

from recognizer.posteriors.folding import fold

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class Scores:
    """Error rates over a set of words.

    Attributes:
        words: number of words.
        cer: character error rate: edits / characters of the truth, case and signs kept.
        wer: word error rate: share of words that are not read exactly.
        folded_cer: `cer` of the folded texts.
        folded_wer: `wer` of the folded texts.
        mean_edit_distance: folded character edits per word (CRNN_OCR_lite's first figure).
        normalized_edit_distance: mean over words of folded edits / length (its second figure).

    """

    words: int
    cer: float
    wer: float
    folded_cer: float
    folded_wer: float
    mean_edit_distance: float
    normalized_edit_distance: float

    def as_dict(self) -> dict[str, float]:
        """The scores as a JSON object."""
        return asdict(self)


def score(pairs: Iterable[tuple[str, str]]) -> Scores:
    """Scores of (truth, reading) pairs; the folded ones leave out pairs whose truth folds to ""."""
    rows = [(truth, read, fold(truth), fold(read)) for truth, read in pairs]
    folded = [(t, r) for _, _, t, r in rows if t]
    raw = [(t, r) for t, r, _, _ in rows]
    return Scores(
        words=len(rows),
        cer=_cer(raw),
        wer=_wer(raw),
        folded_cer=_cer(folded),
        folded_wer=_wer(folded),
        mean_edit_distance=_mean(Levenshtein.distance(t, r) for t, r in folded),
        normalized_edit_distance=_mean(Levenshtein.distance(t, r) / len(t) for t, r in folded),
    )


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return sum(listed) / max(1, len(listed))


def _cer(pairs: list[tuple[str, str]]) -> float:
    edits = sum(Levenshtein.distance(t, r) for t, r in pairs)
    return edits / max(1, sum(len(t) for t, _ in pairs))


def _wer(pairs: list[tuple[str, str]]) -> float:
    return _mean(t != r for t, r in pairs)
