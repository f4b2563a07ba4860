"""What an evaluation tells beside its scores: where the errors are, and how sure they were."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from rapidfuzz.distance import Levenshtein

from recognizer.evaluation.confusions import Confusion, Errors, confusions, errors_by_class
from recognizer.evaluation.metrics import Scores, score
from recognizer.posteriors.folding import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LONGEST = 12
"""Words of this many folded characters and more share one line."""

RANKS = (1, 5, 10)
"""How many readings the truth is looked for in, as far as that many were asked for."""

BINS = 10
"""Equal intervals of confidence in the table of calibration."""


@dataclass(frozen=True)
class Word:
    """One word of the data and what was read.

    Attributes:
        truth: what it says.
        text: the best reading.
        confidence: probability 0..1 that `text` is right, as the recogniser has it.
        readings: all readings asked for, best first, `text` included.
        hand: who wrote it, "" if not known.

    """

    truth: str
    text: str
    confidence: float
    readings: tuple[str, ...]
    hand: str = ""


@dataclass(frozen=True)
class How:
    """How the words were read.

    Attributes:
        decoding: "beam" or "greedy".
        alternatives: readings asked for of each word; the width of the beam grows with it.
        words_per_second: network and decoding, without loading the images.

    """

    decoding: str
    alternatives: int
    words_per_second: float


@dataclass(frozen=True)
class Recall:
    """Share of words whose truth is among the N best readings.

    Attributes:
        exact: case and signs kept, of all words.
        folded: of the words whose truth does not fold to "".

    """

    exact: float
    folded: float


@dataclass(frozen=True)
class Bin:
    """Words whose confidence lies in one interval [low, high).

    Attributes:
        words: how many; the last interval includes 1.
        confidence: their mean confidence.
        right: share of them that was read exactly.

    """

    low: float
    high: float
    words: int
    confidence: float
    right: float


@dataclass(frozen=True)
class Report:
    """All that `ocrsearch evaluate` knows.

    Attributes:
        hands: scores by hand; empty if the data names none.
        lengths: scores by length of the folded truth; "0" holds words of signs only.
        calibration: the intervals that hold words.
        calibration_error: mean distance of confidence and accuracy, weighted by words.

    """

    how: How
    scores: Scores
    recall: dict[int, Recall]
    hands: dict[str, Scores]
    lengths: dict[str, Scores]
    classes: dict[str, Errors]
    confusions: tuple[Confusion, ...]
    calibration: tuple[Bin, ...]
    calibration_error: float

    def as_dict(self) -> dict[str, Any]:
        """For JSON: the scores and how they came about on top, the tables below their names."""
        whole = asdict(self)
        for name, errors in self.classes.items():
            whole["classes"][name]["rate"] = errors.rate
        return {**whole.pop("scores"), **whole.pop("how"), **whole}


def measure(words: Sequence[Word], how: How) -> Report:
    """Everything about `words`."""
    pairs = [(word.truth, word.text) for word in words]
    bins = calibration(words)
    return Report(
        how=how,
        scores=score(pairs),
        recall={rank: _recall(words, rank) for rank in RANKS if rank <= how.alternatives},
        hands=_by_hand(words),
        lengths=_by_length(words),
        classes=errors_by_class(pairs),
        confusions=confusions(pairs),
        calibration=bins,
        calibration_error=expected_calibration_error(bins),
    )


def calibration(words: Sequence[Word], bins: int = BINS) -> tuple[Bin, ...]:
    """Confidence against accuracy in equal intervals; those without a word are left out."""
    members: dict[int, list[Word]] = defaultdict(list)
    for word in words:
        members[min(int(word.confidence * bins), bins - 1)].append(word)
    return tuple(
        Bin(
            low=place / bins,
            high=(place + 1) / bins,
            words=len(inside),
            confidence=sum(word.confidence for word in inside) / len(inside),
            right=sum(word.text == word.truth for word in inside) / len(inside),
        )
        for place, inside in sorted(members.items())
    )


def expected_calibration_error(bins: Sequence[Bin]) -> float:
    """Mean distance of confidence and accuracy over `bins`, weighted by words."""
    words = sum(each.words for each in bins)
    return sum(abs(each.confidence - each.right) * each.words for each in bins) / max(1, words)


def worst(words: Sequence[Word], most: int) -> list[int]:
    """Places of the `most` worst read of `words`, worst first; words read right are left out.

    Worst is most edits for its length, by the longer of truth and reading, and then most sure.
    Edits are those of the folded texts: search does not mind a capital read as a small letter.
    """

    def badness(place: int) -> tuple[float, float]:
        word = words[place]
        truth, read = fold(word.truth), fold(word.text)
        if not truth:
            # words of signs only would be right with any other sign
            truth, read = word.truth, word.text
        return Levenshtein.normalized_distance(truth, read), word.confidence

    wrong = [place for place, word in enumerate(words) if word.truth != word.text]
    return sorted(wrong, key=badness, reverse=True)[:most]


def _recall(words: Sequence[Word], rank: int) -> Recall:
    exact = [word.truth in word.readings[:rank] for word in words]
    folded = [
        truth in map(fold, word.readings[:rank]) for word in words if (truth := fold(word.truth))
    ]
    return Recall(sum(exact) / max(1, len(exact)), sum(folded) / max(1, len(folded)))


def _by_hand(words: Sequence[Word]) -> dict[str, Scores]:
    if not any(word.hand for word in words):
        return {}
    return _by(sorted(words, key=lambda word: word.hand), lambda word: word.hand)


def _by_length(words: Sequence[Word]) -> dict[str, Scores]:
    def length(word: Word) -> int:
        return min(LONGEST, len(fold(word.truth)))

    def name(word: Word) -> str:
        return f"{LONGEST}+" if length(word) == LONGEST else str(length(word))

    return _by(sorted(words, key=length), name)


def _by(words: Sequence[Word], name: Callable[[Word], str]) -> dict[str, Scores]:
    """Scores of the parts of `words` that have a name in common, in order of appearance."""
    parts: dict[str, list[Word]] = defaultdict(list)
    for word in words:
        parts[name(word)].append(word)
    return {key: score((word.truth, word.text) for word in part) for key, part in parts.items()}
