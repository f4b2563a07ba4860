"""A query becomes ranked photos with the words that answer it.

Evidence is gathered word by word, from what the network saw of every word (the posterior store)
and from readings (the full text proposes photos, the catalog tells the words). A photo's score
is the probability that it answers: several words multiply, alternatives of a query combine, a
repeated word counts more, once.
"""

from __future__ import annotations

import fnmatch
import math
import time
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from indexer import fulltext
from indexer import question as q
from indexer.photo import Answer, Hit, Match

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from pathlib import Path

    from indexer.catalog import Catalog
    from indexer.fulltext import Fulltext
    from indexer.photo import Photo, Word
    from indexer.posteriors import PosteriorStore

CANDIDATES = 250
"""Photos whose readings are looked at for one query."""

LEAST_SHOWN = 0.03
"""Words that are less likely than this, and than half the best, are not shown as matches."""

LEAST_SCORE = 1e-9
"""Photos below this are guesses that help nobody."""

UNLIKELY = 1e-4
"""What a word scores on a photo where nothing speaks for it, beside words that are there."""

Evidence = dict[int, dict[int, float]]
"""Photo → position of a word on it → probability that this word says what was asked."""


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
    """Answers queries from an open catalog and its derived stores."""

    def __init__(self, catalog: Catalog, index: Fulltext, posteriors: PosteriorStore) -> None:
        """Nothing is read yet."""
        self._catalog, self._index, self._posteriors = catalog, index, posteriors
        self._alphabet = catalog.alphabet()

    def search(self, text: str, filters: Filters) -> Answer:
        """Answer one query.

        Raises:
            UsageError: the query cannot be understood.
            CatalogError: catalog or derived stores cannot be read.
        """
        start = time.perf_counter()
        question = fulltext.parse(text)
        judge = Judge(self._evidence(question, filters))
        scores = {photo: judge.score(question, photo) for photo in judge.photos}
        ranked = sorted((p for p in scores if scores[p] >= filters.least), key=lambda p: -scores[p])
        shown, total = self._narrowed(ranked, filters)
        words = self._catalog.words([photo.id for photo in shown])
        hits = [
            _hit(photo, scores[photo.id], judge.matched(question, photo.id), words[photo.id])
            for photo in shown
            if photo.id in words
        ]
        return Answer(text, time.perf_counter() - start, total, tuple(hits))

    def suggestions(self, text: str) -> list[str]:
        """Words that stand on some photo and look like those of the query."""
        leaves = q.leaves(fulltext.parse(text))
        terms = [leaf.text for leaf in leaves if isinstance(leaf, q.Term)]
        return [word for term in terms for word in self._index.suggestions(term)]

    def _narrowed(self, ranked: Sequence[int], filters: Filters) -> tuple[list[Photo], int]:
        """The photos to show, and how many would answer without the limit."""
        looked_at = ranked if filters.narrowed else ranked[: filters.limit]
        kept = self._catalog.photos(
            looked_at, since=filters.since, until=filters.until, folder=filters.folder
        )
        shown = [kept[photo] for photo in looked_at if photo in kept]
        return shown[: filters.limit], len(shown) if filters.narrowed else len(ranked)

    def _evidence(self, question: q.Question, filters: Filters) -> dict[q.Leaf, Evidence]:
        limit = None if filters.narrowed else max(CANDIDATES, filters.limit)
        photos = self._index.candidates(question, limit)
        found: dict[q.Leaf, Evidence] = {}
        asked = q.leaves(question, negated=True)
        for leaf in {part for whole in asked for part in (whole, *_words_of(whole))}:
            found[leaf] = self._from_readings(leaf, photos, exact=filters.exact)
            if isinstance(leaf, q.Term) and not filters.exact:
                _merge(found[leaf], self._posteriors.evidence(leaf.text, self._alphabet))
        return found

    def _from_readings(self, leaf: q.Leaf, photos: Sequence[int], *, exact: bool) -> Evidence:
        """What the kept readings of these photos say; a phrase may stand within one box."""
        evidence: Evidence = defaultdict(dict)
        literal = max(_literals(leaf), key=len)
        for photo, position, word in self._catalog.words_like(photos, literal):
            readings = ((word.text, word.confidence),) if exact else word.alternatives
            said = sum(p for text, p in readings if _says(q.tokens(text), leaf))
            if said:
                evidence[photo][position] = min(1.0, said)
        return evidence


class Judge:
    """Combines the evidence for the parts of a question into scores of photos."""

    def __init__(self, evidence: dict[q.Leaf, Evidence]) -> None:
        """`evidence` for every leaf of the question, and for every word of its phrases."""
        self._evidence = evidence

    @property
    def photos(self) -> set[int]:
        """Photos that anything speaks for."""
        return {photo for found in self._evidence.values() for photo in found}

    def score(self, question: q.Question, photo: int) -> float:
        """Probability that the photo answers."""
        if isinstance(question, q.And):
            return self._all(question, photo)
        if isinstance(question, q.Or):
            return 1 - math.prod(1 - self.score(part, photo) for part in question.parts)
        if isinstance(question, q.Not):
            return 1.0 - round(self.score(question.part, photo))
        return _combine(self._words(question, photo).values())

    def _all(self, question: q.And, photo: int) -> float:
        """Several parts multiply; one that nothing speaks for makes it unlikely, not impossible."""
        if any(self.score(p, photo) == 0 for p in question.parts if isinstance(p, q.Not)):
            return 0.0
        wanted = [self.score(p, photo) for p in question.parts if not isinstance(p, q.Not)]
        return math.prod(max(p, UNLIKELY) for p in wanted) if any(wanted) else 0.0

    def matched(self, question: q.Question, photo: int) -> dict[int, float]:
        """Positions of the words that answer, with their probabilities, the likeliest first."""
        shown: dict[int, float] = {}
        for leaf in q.leaves(question):
            words = self._words(leaf, photo)
            least = min(LEAST_SHOWN, max(words.values(), default=0.0) / 2)
            for position, p in words.items():
                # a phrase is evidence where it begins and shows all its words
                length = len(leaf.texts) if isinstance(leaf, q.Phrase) else 1
                inside = position in self._evidence[leaf].get(photo, {})
                for place in range(position, position + (1 if inside else length)):
                    if p > least:
                        shown[place] = max(p, shown.get(place, 0.0))
        return dict(sorted(shown.items(), key=lambda item: -item[1]))

    def _words(self, leaf: q.Leaf, photo: int) -> dict[int, float]:
        """Positions of a photo that speak for a leaf."""
        words = dict(self._evidence[leaf].get(photo, {}))
        if isinstance(leaf, q.Phrase):
            first, *others = (self._words(q.Term(text), photo) for text in leaf.texts)
            for position, p in first.items():
                follow = (other.get(position + k, 0.0) for k, other in enumerate(others, start=1))
                chance = p * math.prod(follow)
                if chance > words.get(position, 0.0):
                    words[position] = chance
        return words


def _merge(into: Evidence, other: Evidence) -> None:
    for photo, words in other.items():
        ours = into[photo]
        for position, p in words.items():
            ours[position] = max(p, ours.get(position, 0.0))


def _words_of(leaf: q.Leaf) -> list[q.Term]:
    """The words of a phrase, each of which needs evidence of its own."""
    return [q.Term(text) for text in leaf.texts] if isinstance(leaf, q.Phrase) else []


def _literals(leaf: q.Leaf) -> list[str]:
    """Texts that a reading must hold to say `leaf`."""
    if isinstance(leaf, q.Phrase):
        return list(leaf.texts)
    if isinstance(leaf, q.Term):
        return [leaf.text]
    return leaf.text.replace("?", "*").split("*")


def _says(tokens: list[str], leaf: q.Leaf) -> bool:
    if isinstance(leaf, q.Phrase):
        size = len(leaf.texts)
        windows = (tuple(tokens[i : i + size]) for i in range(len(tokens) - size + 1))
        return leaf.texts in windows
    if isinstance(leaf, q.Term):
        return leaf.text in tokens
    return any(fnmatch.fnmatchcase(token, leaf.text) for token in tokens)


def _combine(found: Iterable[float]) -> float:
    """The best word decides; others that are likely too add what they can, as if independent."""
    best, miss = 0.0, 1.0
    for p in found:
        best = max(best, p)
        if p > LEAST_SHOWN:
            miss *= 1 - p
    return max(best, 1 - miss)


def _hit(photo: Photo, score: float, matched: dict[int, float], words: Sequence[Word]) -> Hit:
    places = [position for position in matched if position < len(words)]
    lines: dict[int, float] = defaultdict(float)
    for position in places:
        lines[words[position].line] += matched[position]
    # the line that shows most of what was asked, not the one with the single surest word
    shown = max(lines, key=lambda line: lines[line], default=None)
    context = " ".join(word.text for word in words if word.line == shown)
    matches = (Match(words[i].text, words[i].box, matched[i]) for i in places)
    return Hit(photo.places[0], score, tuple(matches), photo.taken, context)
