"""Words worth asking about: those that were read with doubt, and some by chance. Pure.

Of five words two are drawn by chance from all that were read with some confidence. They find errors of which the
reader is sure, and teach no less (docs/corrections.md).
"""

from __future__ import annotations

import math
import random
import unicodedata
from collections import Counter
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, Protocol

from typing_extensions import TypedDict  # that of typing has no schema before Python 3.12

from indexer.corrections.correction import LearningPart
from indexer.corrections.states import counting, single_words
from indexer.query.folding import fold

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from indexer.corrections.correction import Correction
    from indexer.entities import Photo, Word

MIN_CONFIDENCE, MAX_CONFIDENCE = 0.3, 0.9
"""Confidence of words that are asked about: below, most boxes hold no word; above, most readings are right."""

MIN_LENGTH = 2
"""Characters of a word that is asked about since it is doubtful."""

MAX_OF_A_PHOTO = 5
MAX_OF_A_READING = 2
"""Words of one photo, or of one reading, that are asked about together."""

MIN_KNOWN = 20
"""Checked words below which a glyph is rare."""

PHOTOS = 80
"""Newest photos whose words may be asked about, and as many by chance: all would take too long to look through."""

MIN_LEARNED = 60
"""Words to learn from below which nothing is learned."""

MIN_WORDS = 150
"""Held-out words below which no verdict is possible."""

MIN_PHOTOS = 5
"""Held-out photos below which no verdict is possible, because words of one photo are alike."""

ENOUGH = 100
"""Words to learn from that are enough for a first run."""

GOOD = 200
"""Words to learn from that the figures of docs/corrections.md are about."""

DOUBTFUL, BY_CHANCE = "doubtful", "by chance"


@dataclass(frozen=True)
class Lesson:
    """A word to ask about.

    Attributes:
        content: content hash of its photo.
        word: as it is shown there.
        why: DOUBTFUL or BY_CHANCE.

    """

    content: str
    word: Word
    why: str


class LessonReport(TypedDict):
    """A word to ask about, as JSON.

    `id` is the content hash of its photo, `version` that of its words, `context` the box of its line,
    `alternatives` are (text, probability).
    """

    id: str
    version: int
    box: list[int]
    context: list[int]
    corners: list[tuple[float, float]]
    line: int
    text: str
    confidence: float
    alternatives: list[tuple[str, float]]
    why: str


class LessonsReport(TypedDict):
    """Words to ask about, how many there are to learn from by now, and whether they are enough for a first run."""

    lessons: list[LessonReport]
    learned: int
    enough_for_a_run: bool


class Askable(Protocol):
    """What is asked of the catalog."""

    def corrections(self) -> Sequence[Correction]:
        """All corrections."""

    def never_cut(self) -> Collection[str]:
        """Uids of those whose word can be cut out of no photo."""

    def uncorrected_words(
        self, photos: int, per_photo: int, confidence: tuple[float, float], seed: int
    ) -> Sequence[tuple[str, Word]]:
        """Words that no correction says, with the content hashes of their photos."""

    def photo_with(self, content: str) -> Photo | None:
        """The photo of a content hash, with its words."""


def lessons_report(catalog: Askable, limit: int, seed: int = 0) -> LessonsReport:
    """The words of a catalog to ask about, `limit` at most; another seed gives others."""
    corrections = catalog.corrections()
    asked = lessons(
        catalog.uncorrected_words(PHOTOS, MAX_OF_A_PHOTO, (MIN_CONFIDENCE, MAX_CONFIDENCE), seed),
        catalog.uncorrected_words(PHOTOS, 1, (MIN_CONFIDENCE, 1.0), seed),
        [correction.text for correction in counting(corrections)],
        limit,
        seed,
    )
    contents = sorted({lesson.content for lesson in asked})
    photos = {content: catalog.photo_with(content) for content in contents}
    single = single_words(corrections, catalog.never_cut())
    learned = sum(correction.part is LearningPart.LEARN for correction in single)
    return {
        "lessons": [_report(each, photo) for each in asked if (photo := photos[each.content])],
        "learned": learned,
        "enough_for_a_run": learned >= ENOUGH,
    }


def _report(lesson: Lesson, photo: Photo) -> LessonReport:
    word = lesson.word
    line = [word.box, *(other.box for other in photo.words if other.line == word.line)]
    return {
        "id": lesson.content,
        "version": photo.version,
        "box": word.box.as_list(),
        "context": [
            min(box.left for box in line),
            min(box.top for box in line),
            max(box.right for box in line),
            max(box.bottom for box in line),
        ],
        "corners": list(word.outline),
        "line": word.line,
        "text": word.text,
        "confidence": round(word.confidence, 4),
        "alternatives": [(text, round(p, 4)) for text, p in word.alternatives],
        "why": lesson.why,
    }


def lessons(
    doubtful: Iterable[tuple[str, Word]],
    others: Iterable[tuple[str, Word]],
    checked: Iterable[str],
    limit: int,
    seed: int = 0,
) -> list[Lesson]:
    """Choose words to ask about, the most useful first.

    Args:
        doubtful: (content hash, word), none of them corrected; those that are not doubtful are left out.
        others: words by chance, in the same form.
        checked: texts of words that people have corrected or confirmed.
        limit: words at most.
        seed: of chance.

    """
    unsure = [each for each in doubtful if is_doubtful(each[1])]
    pairs = Counter(filter(None, (doubtful_letters(word) for _, word in unsure)))
    glyphs = Counter(chain.from_iterable(map(set, checked)))
    ranked = sorted(
        unsure,
        key=lambda each: (-usefulness(each[1], pairs, glyphs), each[0], each[1].box.as_list()),
    )
    drawn = list(others)
    random.Random(seed).shuffle(drawn)  # noqa: S311 - no secret
    asked = _few_of_a_kind(_interleaved(ranked, drawn))
    return [lesson for lesson, _ in zip(asked, range(limit), strict=False)]


def is_doubtful(word: Word) -> bool:
    """Whether a word is worth asking about because of its confidence."""
    return MIN_CONFIDENCE <= word.confidence <= MAX_CONFIDENCE and len(word.text) >= MIN_LENGTH


def usefulness(word: Word, pairs: Mapping[str, int], glyphs: Mapping[str, int]) -> float:
    """A score of a doubtful word: the entropy of its readings, more for frequent doubts and rare glyphs.

    Args:
        word: with its kept readings.
        pairs: how often each pair of letters is in doubt, see `doubtful_letters`.
        glyphs: how many checked words hold each character.

    """
    entropy = -sum(p * math.log(p) for _, p in word.alternatives if p > 0)
    frequency = 1 + math.log(max(1, pairs.get(doubtful_letters(word), 1)))
    is_new = any(glyphs.get(character, 0) < MIN_KNOWN for character in word.text)
    return entropy * frequency * (1 if is_new else 0.5)


def doubtful_letters(word: Word) -> str:
    """Where the two best readings differ first: both letters, folded; "" if they do not."""
    if len(word.alternatives) < 2:
        return ""
    one, other = (fold(text) for text, _ in word.alternatives[:2])
    different = (f"{a}{b}" for a, b in zip_longest(one, other, fillvalue=" ") if a != b)
    return next(different, "")


def _interleaved(
    ranked: Sequence[tuple[str, Word]], drawn: Sequence[tuple[str, Word]]
) -> Iterator[Lesson]:
    """Three doubtful words, then two by chance, and so on; when either ends, the other goes on."""
    first, second = iter(ranked), iter(drawn)
    parts = (
        (first, DOUBTFUL),
        (first, DOUBTFUL),
        (second, BY_CHANCE),
        (first, DOUBTFUL),
        (second, BY_CHANCE),
    )
    for _ in range(len(ranked) + len(drawn)):
        for source, why in parts:
            if (each := next(source, None)) is not None:
                yield Lesson(*each, why)


def _few_of_a_kind(asked: Iterable[Lesson]) -> Iterator[Lesson]:
    """At most MAX_OF_A_PHOTO words of a photo and MAX_OF_A_READING of a reading, and each word once."""
    photos: Counter[str] = Counter()
    readings: Counter[str] = Counter()
    seen = set()
    for lesson in asked:
        place, reading = (
            (lesson.content, lesson.word.box),
            unicodedata.normalize("NFC", lesson.word.text),
        )
        full = photos[lesson.content] >= MAX_OF_A_PHOTO or readings[reading] >= MAX_OF_A_READING
        if full or place in seen:
            continue
        seen.add(place)
        photos[lesson.content] += 1
        readings[reading] += 1
        yield lesson
