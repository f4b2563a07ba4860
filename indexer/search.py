"""A query becomes ranked photos with the words that answer it.

The full text proposes photos; each of their words is then asked how likely it says what is
looked for, from its readings and from what the network saw. A photo's score is a probability:
several words multiply, alternatives of a query combine, a repeated word counts more, once.
"""

from __future__ import annotations

import fnmatch
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from indexer import fulltext
from indexer import question as q
from indexer.photo import Answer, Hit, Match

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from indexer.catalog import Catalog
    from indexer.photo import Photo, Word

CANDIDATES = 250
"""Photos that are looked at word by word."""

LEAST_SHOWN = 0.03
"""Words that are less likely than this are not shown as matches."""

LEAST_SCORE = 1e-4
"""Photos below this are guesses that help nobody."""


class Posteriors(Protocol):
    """Packed words that can say how likely they are a text; see recognizer.posteriorgram."""

    def score(self, text: str) -> NDArray[np.float64]:
        """Probability that each word says exactly the folded `text`."""


Unpack = "Callable[[Sequence[bytes], str], Posteriors]"
"""Makes Posteriors of packed words and the alphabet they were read with."""


@dataclass(frozen=True)
class Filters:
    """Which photos may answer, and how.

    Attributes:
        exact: only what was read as the best reading counts.
        limit: hits at most.
        folder: only photos below it.
        since, until: only photos taken in this half-open span.
        least: photos with a lower score are left out.

    """

    exact: bool = False
    limit: int = 50
    folder: Path | None = None
    since: datetime | None = None
    until: datetime | None = None
    least: float = LEAST_SCORE

    @property
    def narrowed(self) -> bool:
        """Whether some photos are left out whatever they say."""
        return any((self.folder, self.since, self.until))


class Searcher:
    """Answers queries from an open catalog and its full text."""

    def __init__(
        self,
        catalog: Catalog,
        index: fulltext.Fulltext,
        unpack: Callable[[Sequence[bytes], str], Posteriors],
    ) -> None:
        """`unpack` reads packed posteriorgrams."""
        self._catalog, self._index, self._unpack = catalog, index, unpack
        self._alphabet = catalog.alphabet()

    def search(self, text: str, filters: Filters) -> Answer:
        """Answer one query.

        Raises:
            UsageError: the query cannot be understood.
            CatalogError: catalog or index cannot be read.

        """
        start = time.perf_counter()
        question = fulltext.parse(text)
        limit = None if filters.narrowed else max(CANDIDATES, filters.limit)
        ids, _ = self._index.candidates(question, exact=filters.exact, limit=limit)
        photos = self._catalog.photos(
            ids, since=filters.since, until=filters.until, folder=filters.folder
        )
        hits = self._judge(question, [photos[i] for i in ids if i in photos], filters)
        hits.sort(key=lambda hit: -hit.score)
        return Answer(text, time.perf_counter() - start, len(hits), tuple(hits[: filters.limit]))

    def suggestions(self, text: str) -> list[str]:
        """Words that stand on some photo and look like those of the query."""
        leaves = q.leaves(fulltext.parse(text))
        terms = [leaf.text for leaf in leaves if isinstance(leaf, q.Term)]
        return [word for term in terms for word in self._index.suggestions(term)]

    def _judge(self, question: q.Question, photos: Sequence[Photo], filters: Filters) -> list[Hit]:
        words = self._catalog.words([photo.id for photo in photos])
        listed = [word for photo in photos for word in words.get(photo.id, ())]
        judge = Judge(listed, self._unpack, self._alphabet, exact=filters.exact)
        hits, start = [], 0
        for photo in photos:
            own = range(start, start + len(words.get(photo.id, ())))
            start = own.stop
            score, matched = judge.score(question, own)
            if score >= filters.least:
                hits.append(_hit(photo, score, matched, {i: listed[i] for i in own}))
        return hits


class Judge:
    """How likely each word of some photos says each part of a question."""

    def __init__(
        self,
        words: Sequence[Word],
        unpack: Callable[[Sequence[bytes], str], Posteriors],
        alphabet: str,
        *,
        exact: bool,
    ) -> None:
        """Look at `words`; with `exact`, only at their best readings."""
        self._words, self._exact = words, exact
        self._posteriors = None if exact else unpack([w.posteriorgram for w in words], alphabet)
        self._readings = [_readings(word, exact=exact) for word in words]
        self._known: dict[q.Term | q.Pattern, list[float]] = {}

    def score(self, question: q.Question, own: range) -> tuple[float, dict[int, float]]:
        """Probability that the photo with the words `own` answers, and which words do."""
        if isinstance(question, q.And | q.Or):
            parts = [self.score(part, own) for part in question.parts]
            merged = {i: p for _, matched in parts for i, p in matched.items()}
            total = 1.0
            for score, _ in parts:
                total *= score if isinstance(question, q.And) else 1 - score
            return (total if isinstance(question, q.And) else 1 - total), merged
        if isinstance(question, q.Not):
            return 1.0 - round(self.score(question.part, own)[0]), {}
        if isinstance(question, q.Phrase):
            return self._phrase(question, own)
        likely = self._likely(question)
        return _combine({i: likely[i] for i in own if likely[i] > 0})

    def _phrase(self, phrase: q.Phrase, own: range) -> tuple[float, dict[int, float]]:
        """The words side by side in reading order, or together in one box."""
        likely = [self._likely(q.Term(text)) for text in phrase.texts]
        found: dict[int, float] = {}
        shown: dict[int, float] = {}
        for i in range(own.start, own.stop - len(phrase.texts) + 1):
            p = 1.0
            for k, scores in enumerate(likely):
                p *= scores[i + k]
            if p > 0:
                found[i] = p
                shown |= {i + k: likely[k][i + k] for k in range(len(likely)) if p > LEAST_SHOWN}
        for i in own:
            inside = _phrase_inside(self._readings[i], phrase.texts)
            if inside:
                found[i] = shown[i] = max(inside, found.get(i, 0.0))
        return _combine(found)[0], shown

    def _likely(self, leaf: q.Term | q.Pattern) -> list[float]:
        """Probability of each word that it says `leaf`."""
        if leaf not in self._known:
            says = (
                (lambda token: fnmatch.fnmatchcase(token, leaf.text))
                if isinstance(leaf, q.Pattern)
                else leaf.text.__eq__
            )
            read = [
                sum(p for tokens, p in readings if any(map(says, tokens)))
                for readings in self._readings
            ]
            if isinstance(leaf, q.Term) and self._posteriors is not None and self._words:
                seen = self._posteriors.score(leaf.text).tolist()
                read = [max(a, b) for a, b in zip(read, seen, strict=True)]
            self._known[leaf] = [min(1.0, p) for p in read]
        return self._known[leaf]


def _readings(word: Word, *, exact: bool) -> list[tuple[list[str], float]]:
    if exact or not word.alternatives:
        return [(q.tokens(word.text), word.confidence)]
    return [(q.tokens(text), p) for text, p in word.alternatives]


def _phrase_inside(readings: Sequence[tuple[list[str], float]], texts: tuple[str, ...]) -> float:
    """Probability that one box holds all of `texts` side by side, as in `linked-list`."""
    size = len(texts)
    return sum(
        p
        for tokens, p in readings
        if any(tuple(tokens[i : i + size]) == texts for i in range(len(tokens) - size + 1))
    )


def _combine(found: dict[int, float]) -> tuple[float, dict[int, float]]:
    """The best word decides; others that are likely too add what they can, as if independent."""
    miss = 1.0
    best = max(found.values(), default=0.0)
    for p in found.values():
        if p > LEAST_SHOWN:
            miss *= 1 - p
    return max(best, 1 - miss), {i: p for i, p in found.items() if p > min(LEAST_SHOWN, best / 2)}


def _hit(photo: Photo, score: float, matched: dict[int, float], words: dict[int, Word]) -> Hit:
    best = sorted(matched, key=lambda i: -matched[i])
    context = ""
    if best:
        line = words[best[0]].line
        context = " ".join(word.text for word in words.values() if word.line == line)
    matches = (Match(words[i].text, words[i].box, min(1.0, matched[i])) for i in best)
    return Hit(photo.places[0], score, tuple(matches), photo.taken, context)
