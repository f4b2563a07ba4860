"""A query becomes ranked photos with the words that answer it.

Evidence is gathered word by word: from what the network saw of every word (the posterior store),
and from the readings of the likeliest photos. A photo's score is the probability that it answers:
several words multiply, alternatives of a query combine, a repeated word counts more, once.
"""

from __future__ import annotations

import fnmatch
import heapq
import math
import time
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from indexer.entities import Answer, Hit, Match
from indexer.query import ast as q
from indexer.query import parser
from indexer.query.text import nearest
from indexer.query.text import tokens as text_tokens
from indexer.search.scoring import Judge, calibrated

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from indexer.catalog.catalog import Catalog
    from indexer.entities import Evidence, Photo, PhotoId, Word, WordIndex
    from indexer.stores.fulltext import Fulltext
    from indexer.stores.posteriors import PosteriorStore

CANDIDATES = 100
"""Photos whose readings are looked at for one query."""

MOST_PROPOSED = 3_000
"""Photos with a reading of each word from which the full text is not asked: it takes long, and the
network saw such common words on more photos than anybody looks at."""

INSIDE, SHORTEST_INSIDE = 0.02, 4
"""What a word that was seen within a longer one counts, and the shortest to be looked for so."""

LEAST_SCORE = 1e-9
"""Photos below this are guesses that help nobody."""


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

    def admit(self, place: Path, taken: datetime | None) -> bool:
        """Whether a photo at `place` may answer."""
        return (
            (self.folder is None or place.is_relative_to(self.folder))
            and (self.since is None or (taken is not None and taken >= self.since))
            and (self.until is None or (taken is not None and taken < self.until))
        )


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
        question = parser.parse(text)
        fields, admitted = self._admitted(question, filters)
        evidence = _Gathered(question)
        if not filters.exact:
            evidence.add_seen(self._posteriors, self._alphabet, admitted)
        judge = Judge(evidence.found, fields)
        candidates = self._candidates(question, judge.scores(question), admitted, filters)
        evidence.add_read(self._catalog, candidates, exact=filters.exact)
        judge.learn(candidates)
        lines = self._lines(question, judge)
        judge.learn(lines, lines)
        scores = {photo: calibrated(p) for photo, p in judge.scores(question).items()}
        ranked = [photo for photo in scores if scores[photo] >= filters.least]
        best = heapq.nsmallest(filters.limit, ranked, key=lambda p: (-scores[p], p))
        photos = self._catalog.photos(best, folder=filters.folder)
        matched = {photo: judge.matched(question, photo) for photo in best}
        words = self._catalog.around(matched)
        hits = [
            _hit(photos[n], scores[n], matched[n], words[n])
            for n in best
            if n in photos and n in words
        ]
        return Answer(text, time.perf_counter() - start, len(ranked), tuple(hits))

    def suggestions(self, found: Answer) -> list[str]:
        """Words that look like those of the query, and stand on its hits, or else anywhere."""
        leaves = q.leaves(parser.parse(found.query))
        terms = [leaf.text for leaf in leaves if isinstance(leaf, q.Term)]
        if not found.hits:
            return [word for term in terms for word in self._index.suggestions(term)]
        read = {token for hit in found.hits for w in hit.words for token in text_tokens(w.text)}
        return [word for term in terms for word in nearest(term, read)]

    def _admitted(
        self, question: q.Question, filters: Filters
    ) -> tuple[dict[q.Field, set[PhotoId]], set[PhotoId] | None]:
        """Photos that fulfil each field, and those that can answer at all; None if all can."""
        fields: dict[q.Field, set[PhotoId]] = {field: set() for field in q.fields(question)}
        if not fields and not filters.narrowed:
            return fields, None
        admitted = set()
        for photo, place, taken in self._catalog.whereabouts():
            if filters.admit(place, taken):
                admitted.add(photo)
                for field, photos in fields.items():
                    if q.fulfils(field, place, taken):
                        photos.add(photo)
        narrowed = q.admitted(question, fields)
        return fields, admitted if narrowed is None else admitted & narrowed

    def _candidates(
        self,
        question: q.Question,
        scores: Mapping[PhotoId, float],
        admitted: set[PhotoId] | None,
        filters: Filters,
    ) -> list[PhotoId]:
        """Photos whose readings are worth a look: the likeliest, and those of the full text."""
        count = max(CANDIDATES, filters.limit)
        seen = heapq.nlargest(count, scores, key=lambda photo: scores[photo])
        asked = [part.text for leaf in q.leaves(question) for part in _parts(leaf)]
        unseen = any(not self._posteriors.can_say(text) for text in asked)
        most = math.inf if filters.exact or unseen else MOST_PROPOSED
        limit = count if admitted is None else None
        read = self._index.candidates(question, limit, most)
        if admitted is not None:
            read = [photo for photo in read if photo in admitted][:count]
        return list(dict.fromkeys((*seen, *read)))

    def _lines(self, question: q.Question, judge: Judge) -> dict[PhotoId, dict[WordIndex, int]]:
        """Lines of the words of the photos that likeliest show a phrase."""
        photos: set[PhotoId] = set()
        for leaf in q.leaves(question, negated=True):
            if isinstance(leaf, q.Phrase):
                scores = judge.scores(leaf)
                shown = [photo for photo in scores if scores[photo]]
                photos.update(heapq.nlargest(CANDIDATES, shown, key=lambda p: scores[p]))
        return self._catalog.lines(sorted(photos))


class _Gathered:
    """Evidence for each leaf of a question, and for each word of its phrases."""

    def __init__(self, question: q.Question) -> None:
        asked = q.leaves(question, negated=True)
        leaves = {part for whole in asked for part in (whole, *_words_of(whole))}
        self.found: dict[q.Leaf, Evidence] = {leaf: defaultdict(dict) for leaf in leaves}

    def add_seen(
        self, store: PosteriorStore, alphabet: str, admitted: Collection[PhotoId] | None
    ) -> None:
        """What the network saw speaks for words and patterns, and a little for parts of words."""
        leaves = {leaf.text: leaf for leaf in self.found if not isinstance(leaf, q.Phrase)}
        for pattern, evidence in store.evidence(list(leaves), alphabet, admitted).items():
            self.found[leaves[pattern]].update(evidence)
        for term in [leaf for leaf in self.found if isinstance(leaf, q.Term)]:
            if self._is_rare(term):
                pattern = f"*{term.text}*"
                found = store.evidence([pattern], alphabet, admitted).get(pattern, {})
                for photo, words in found.items():
                    places = self.found[term].setdefault(photo, {})
                    for position, p in words.items():
                        places[position] = max(INSIDE * p, places.get(position, 0.0))

    def _is_rare(self, term: q.Term) -> bool:
        """Whether a word stands on so few photos that it is worth looking for in longer ones."""
        likely = sum(max(words.values()) > INSIDE for words in self.found[term].values())
        return len(term.text) >= SHORTEST_INSIDE and likely < CANDIDATES

    def add_read(self, catalog: Catalog, photos: Sequence[PhotoId], *, exact: bool) -> None:
        """The kept readings of these photos speak as well; a phrase may stand within one box."""
        literals = {max(_literals(leaf), key=len) for leaf in self.found}
        for photo, position, word in catalog.words_like(photos, literals):
            readings = ((word.text, word.confidence),) if exact else word.alternatives
            told = [(text_tokens(text), p) for text, p in readings]
            for leaf, evidence in self.found.items():
                said = sum(p for tokens, p in told if _says(tokens, leaf))
                if said:  # better calibrated than what the network saw without a word list
                    evidence.setdefault(photo, {})[position] = min(1.0, said)


def _parts(leaf: q.Leaf) -> Sequence[q.Term | q.Pattern]:
    """The words of a phrase, or what is no phrase itself."""
    return _words_of(leaf) if isinstance(leaf, q.Phrase) else [leaf]


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


def _hit(
    photo: Photo, score: float, matched: Mapping[WordIndex, float], words: Mapping[WordIndex, Word]
) -> Hit:
    places = [position for position in matched if position in words]
    lines: dict[int, float] = defaultdict(float)
    for position in places:
        lines[words[position].line] += matched[position]
    # the line that shows most of what was asked, not the one with the single surest word
    shown = max(lines, key=lambda line: lines[line], default=None)
    context = " ".join(word.text for word in words.values() if word.line == shown)
    matches = (Match(words[i].text, words[i].box, matched[i]) for i in places)
    return Hit(photo.places[0], score, tuple(matches), photo.taken, context)
