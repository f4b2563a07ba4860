"""A teacher is tried on checked photos, and labels others if it may."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from indexer.corrections.correction import PERSON, Correction, CorrectionKind, is_held_out
from indexer.corrections.effective import seen_at
from indexer.corrections.formats.matching import uid_of
from indexer.entities import Box
from indexer.errors import PhotoError
from indexer.sync.teaching.alignment import taught_words
from indexer.sync.teaching.trial import MAX_WORDS, Trial, TriedWord, is_taken, tried

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from indexer.catalog.correctable import CorrectableCatalog
    from indexer.entities import Photo, PhotoId, Word
    from indexer.sync.teaching.alignment import TaughtWord
    from indexer.sync.teaching.teacher_process import TeacherProcess

log = logging.getLogger("ocrsearch")

_UNTOLD = {CorrectionKind.UNREADABLE, CorrectionKind.CARRIED}
"""Corrections that do not say what stands on this photo."""


@dataclass
class Taught:
    """What a teacher labelled.

    Attributes:
        photos: that it read.
        failed: those that it could not read.
        words: on the photos that it read.
        taken: words that it labelled, and that had no such label before.

    """

    photos: int = 0
    failed: int = 0
    words: int = 0
    taken: int = 0


@dataclass(frozen=True)
class Labelling:
    """A teacher, the catalog, and the probability that a word says a text."""

    room: TeacherProcess
    catalog: CorrectableCatalog
    chance: Callable[[Word, str], float]

    def trial(self) -> Trial:
        """Try the teacher on checked words, at most MAX_WORDS of them."""
        found: list[TriedWord] = []
        for content in sorted(self.catalog.checked()):
            photo = self.catalog.photo_with(content)
            if photo is None or len(found) >= MAX_WORDS:
                continue
            read = self.catalog.words_as_read(photo.id)
            truths = self._truths(content, read)
            try:
                said = self._said(photo, read)
            except PhotoError as error:
                log.warning("%s: %s", photo.places[0], error)
                continue
            found += [TriedWord(text, read[i], said.get(i)) for i, text in sorted(truths.items())]
        return tried(found[:MAX_WORDS])

    def label(self, photos: Iterable[PhotoId], trial: Trial) -> Taught:
        """Let the teacher label the words of photos that nobody has judged.

        Those of held-out photos are left alone: they measure what was learned.
        """
        done = Taught()
        for number in photos:
            [photo] = self.catalog.photos([number]).values()
            if is_held_out(photo.hash):
                continue
            read = self.catalog.words_as_read(photo.id)
            try:
                said = self._said(photo, read)
            except PhotoError as error:
                log.warning("%s: %s", photo.places[0], error)
                done.failed += 1
                continue
            corrections = list(self._corrections(photo, read, said, trial))
            done.photos += 1
            done.words += len(read)
            done.taken += len(self.catalog.correct(corrections))
        return done

    def _said(self, photo: Photo, read: Sequence[Word]) -> dict[int, TaughtWord]:
        """What the teacher says of each word, by its number. Raises PhotoError."""
        if not read:
            return {}
        boxes = [word.box for word in read]
        if not self.room.about.words:
            lines: dict[int, list[Box]] = {}
            for word in read:
                lines.setdefault(word.line, []).append(word.box)
            boxes = [Box.around(line) for line in lines.values()]
        readings = self.room.read(photo.places[0], photo.hash, boxes)
        return taught_words(readings, boxes, read, self.chance)

    def _truths(self, content: str, read: Sequence[Word]) -> dict[int, str]:
        """What people say that words are, by the number of the word that was read."""
        numbers = {id(word): index for index, word in enumerate(read)}
        found: dict[int, str] = {}
        for correction in self.catalog.corrections(contents=[content], by=PERSON):
            word = seen_at(correction.box, read)
            counts = correction.undone_at is None and correction.kind not in _UNTOLD
            if word is not None and counts:
                found[numbers[id(word)]] = correction.text
        return {index: text for index, text in found.items() if text}

    def _corrections(
        self,
        photo: Photo,
        read: Sequence[Word],
        said: dict[int, TaughtWord],
        trial: Trial,
    ) -> Iterator[Correction]:
        every = self.catalog.corrections(contents=[photo.hash])
        judged = [c.box for c in every if c.undone_at is None]
        by = self.room.about.author
        for index, taught in sorted(said.items()):
            word = read[index]
            if not is_taken(word, taught, trial.least_confidence):
                continue
            if any(seen_at(box, [word]) is not None for box in judged):
                continue  # by a person, an import, or this teacher before
            same = taught.text == word.text
            yield Correction(
                uid_of(by, photo.hash, word.box.as_list(), taught.text),
                photo.hash,
                (photo.width, photo.height),
                word.box,
                taught.text,
                by,
                CorrectionKind.CONFIRMED if same else CorrectionKind.CHOSEN,
                time.time(),
                corners=word.corners,
            )
