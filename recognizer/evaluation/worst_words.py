"""The worst read words of an evaluation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rapidfuzz.distance import Levenshtein

from recognizer.posteriors.folding import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recognizer.evaluation.evaluated_word import EvaluatedWord


def worst(words: Sequence[EvaluatedWord], limit: int) -> list[int]:
    """Indices of the `limit` worst read of `words`, worst first; words read exactly are left out.

    They are ranked by edits / length of the longer of truth and reading, then by confidence. The
    texts are folded because search does not distinguish capitals from small letters.
    """

    def badness(place: int) -> tuple[float, float]:
        word = words[place]
        truth, read = fold(word.truth), fold(word.text)
        if not truth:
            # folded, words of signs only would be right with any other sign
            truth, read = word.truth, word.text
        return Levenshtein.normalized_distance(truth, read), word.confidence

    wrong = [place for place, word in enumerate(words) if word.truth != word.text]
    return sorted(wrong, key=badness, reverse=True)[:limit]
