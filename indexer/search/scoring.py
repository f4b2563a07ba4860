"""Evidence for the parts of a question becomes scores of photos."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from indexer.entities import WordIndex
from indexer.query import ast as q

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from indexer.entities import Evidence, PhotoId

LEAST_SHOWN = 0.03
"""Words that are less likely than this, and than half the best, are not shown as matches."""

UNLIKELY = 1e-4
"""What a word scores on a photo where nothing speaks for it, beside words that are there."""

BROKEN = 0.5
"""What is left of a phrase that goes on in the next line."""

SLOPE, SHIFT = 0.55, -0.9
"""Log odds of a photo after calibration, from those before; fitted on training photos."""


class Judge:
    """Scores of photos, and the words that speak for them."""

    def __init__(
        self,
        evidence: Mapping[q.Leaf, Evidence],
        fields: Mapping[q.Field, set[PhotoId]],
    ) -> None:
        """What to judge by.

        Args:
            evidence: for every leaf of the question, and for every word of its phrases.
            fields: photos that fulfil each field of the question.

        """
        self._evidence, self._fields = evidence, fields
        self._lines: Mapping[PhotoId, Mapping[WordIndex, int]] = {}
        self._known: dict[q.Leaf, dict[PhotoId, float]] = {}

    def scores(self, question: q.Question) -> dict[PhotoId, float]:
        """Probability that each photo answers, for those that any word speaks for."""
        scores, _ = self._scores(question)
        photos = {photo for found in self._evidence.values() for photo in found}
        return {photo: scores[photo] for photo in photos & scores.keys()}

    def learn(
        self,
        photos: Collection[PhotoId],
        lines: Mapping[PhotoId, Mapping[WordIndex, int]] | None = None,
    ) -> None:
        """Judge these photos anew, for there is more evidence.

        Args:
            photos: what was known of them is forgotten.
            lines: photo → position of a word → its line, for phrases; until then all words are
                taken to stand on one line.

        """
        self._lines = lines or {}
        for leaf, known in self._known.items():
            known |= {photo: _combine(self._words(leaf, photo).values()) for photo in photos}

    def _scores(self, question: q.Question) -> tuple[Mapping[PhotoId, float], float]:
        """Scores of some photos, and the score of all others."""
        if isinstance(question, q.And):
            return self._all(question)
        if isinstance(question, q.Or):
            parts = [self._scores(part) for part in question.parts]
            photos = {photo for scores, _ in parts for photo in scores}
            any_of = {p: 1 - math.prod(1 - s.get(p, rest) for s, rest in parts) for p in photos}
            return any_of, 1 - math.prod(1 - rest for _, rest in parts)
        if isinstance(question, q.Not):
            scores, rest = self._scores(question.part)
            return {photo: 1.0 - round(score) for photo, score in scores.items()}, 1.0 - round(rest)
        if isinstance(question, q.Field):
            return dict.fromkeys(self._fields[question], 1.0), 0.0
        return self._leaf(question), 0.0

    def _all(self, question: q.And) -> tuple[Mapping[PhotoId, float], float]:
        """Several parts multiply; a word that nothing speaks for is unlikely, not impossible."""
        wanted = [self._scores(part) for part in question.parts if not q.is_certain(part)]
        needed = [self._scores(part) for part in question.parts if q.is_certain(part)]
        photos = {photo for scores, _ in wanted or needed for photo in scores}
        every: dict[PhotoId, float] = {}
        for photo in photos:
            chances = [scores.get(photo, rest) for scores, rest in wanted]
            fulfilled = all(scores.get(photo, rest) for scores, rest in needed)
            every[photo] = fulfilled * _product(chances)
        return every, all(rest for _, rest in needed) * _product([rest for _, rest in wanted])

    def _leaf(self, leaf: q.Leaf) -> dict[PhotoId, float]:
        if leaf not in self._known:
            first = q.Term(leaf.texts[0]) if isinstance(leaf, q.Phrase) else leaf
            photos = self._evidence[leaf].keys() | self._evidence[first].keys()
            self._known[leaf] = {p: _combine(self._words(leaf, p).values()) for p in photos}
        return self._known[leaf]

    def matched(self, question: q.Question, photo: PhotoId) -> dict[WordIndex, float]:
        """Positions of the words that answer, with their probabilities, the likeliest first."""
        shown: dict[WordIndex, float] = {}
        for leaf in q.leaves(question):
            words = self._words(leaf, photo)
            least = min(LEAST_SHOWN, max(words.values(), default=0.0) / 2)
            for position, p in words.items():
                # a phrase is evidence where it begins and shows all its words
                length = len(leaf.texts) if isinstance(leaf, q.Phrase) else 1
                inside = position in self._evidence[leaf].get(photo, {})
                for place in map(WordIndex, range(position, position + (1 if inside else length))):
                    if p > least:
                        shown[place] = max(p, shown.get(place, 0.0))
        return dict(sorted(shown.items(), key=lambda item: -item[1]))

    def _words(self, leaf: q.Leaf, photo: PhotoId) -> dict[WordIndex, float]:
        """Positions of a photo that speak for a leaf."""
        words = self._evidence[leaf].get(photo, {})
        if not isinstance(leaf, q.Phrase):
            return words
        words = dict(words)
        first, *others = (self._evidence[q.Term(text)].get(photo, {}) for text in leaf.texts)
        for position, p in first.items():
            chance = p * self._unbroken(photo, position, len(others))
            chance *= math.prod(
                other.get(WordIndex(position + k), 0.0) for k, other in enumerate(others, 1)
            )
            if chance > words.get(position, 0.0):
                words[position] = chance
        return words

    def _unbroken(self, photo: PhotoId, position: WordIndex, more: int) -> float:
        lines = self._lines.get(photo, {})
        breaks = lines.get(WordIndex(position + more), 0) - lines.get(position, 0)
        return BROKEN ** min(breaks, more)


def calibrated(score: float) -> float:
    """Probability that a photo of this score answers; the order of scores stays.

    Much ink that is no word looks like one to a reader that expects words, so that middling scores
    promise too much. Source: Platt scaling (Platt 1999).
    """
    if not 0.0 < score < 1.0:
        return score
    odds = SLOPE * math.log(score / (1.0 - score)) + SHIFT
    return 1.0 / (1.0 + math.exp(-odds))


def _product(chances: list[float]) -> float:
    """Of parts that must all be there; 0 where nothing speaks for any of them."""
    if chances and not any(chances):
        return 0.0
    return math.prod(max(chance, UNLIKELY) for chance in chances)


def _combine(found: Iterable[float]) -> float:
    """The best word decides; others that are likely too add what they can, as if independent."""
    best, miss = 0.0, 1.0
    for p in found:
        best = max(best, p)
        if p > LEAST_SHOWN:
            miss *= 1 - p
    return max(best, 1 - miss)
