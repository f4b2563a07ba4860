"""The words of a photo that the readings of a teacher are about.

The text of a line is aligned to the boxes of words by their posteriorgrams, as in CTC forced
alignment: the words of the text follow each other as the boxes do, and what is written in a box must
be possible there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from indexer.corrections.correction import correct_text
from indexer.corrections.effective import MIN_IOU, iou
from indexer.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from indexer.entities import Box, Word
    from indexer.sync.teaching.teacher import TaughtReading

    Chance = Callable[[Word, str], float]

MIN_CHANCE = 1e-4
"""Probability that a box says a word of a line, from which it may be that word."""


@dataclass(frozen=True)
class TaughtWord:
    """What a teacher says that a word is; `confidence` is 1 for a teacher that has none."""

    text: str
    confidence: float


def taught_words(
    readings: Sequence[TaughtReading], asked: Sequence[Box], words: Sequence[Word], chance: Chance
) -> dict[int, TaughtWord]:
    """What is said of each word, by its number.

    Args:
        readings: of a teacher.
        asked: boxes that it was asked about.
        words: of the photo, in reading order.
        chance: the probability that a word says a text.

    """
    placed = [
        (reading, asked[number] if reading.box is None else reading.box)
        for number, reading in enumerate(readings)
        if reading.box is not None or number < len(asked)
    ]
    found: dict[int, TaughtWord] = {}
    single: list[tuple[float, int, TaughtWord]] = []
    for reading, box in placed:
        confidence = 1.0 if reading.confidence is None else reading.confidence
        texts = reading.text.split()
        partners = [(iou(box, word.box), index) for index, word in enumerate(words)]
        overlap, index = max(partners, default=(0.0, 0))
        if len(texts) == 1 and overlap >= MIN_IOU:
            single.append((overlap, index, TaughtWord(texts[0], confidence)))
            continue
        inside = [index for index, word in enumerate(words) if _is_inside(word.box, box)]
        for place, text in _aligned(texts, [words[index] for index in inside], chance).items():
            found.setdefault(inside[place], TaughtWord(text, confidence))
    # of several in one box, that of the largest overlap comes last
    found |= {index: word for _, index, word in sorted(single, key=lambda pair: pair[0])}
    return {index: word for index, word in found.items() if _is_allowed(word.text)}


def _is_allowed(text: str) -> bool:
    try:
        return bool(correct_text(text))
    except UsageError:
        return False


def _is_inside(part: Box, whole: Box) -> bool:
    x, y = (part.left + part.right) / 2, (part.top + part.bottom) / 2
    return whole.left <= x < whole.right and whole.top <= y < whole.bottom


def _aligned(texts: Sequence[str], words: Sequence[Word], chance: Chance) -> dict[int, str]:
    """Text of each word of a line that has one, whose neighbours in the line fit as well."""
    best = _best_path(texts, words, chance)
    fits = dict(best)
    return {
        place: texts[number]
        for number, place in best
        if all(
            fits.get(number + step) in {None, place + step} and _exists(number + step, texts, fits)
            for step in (-1, 1)
        )
    }


def _exists(number: int, texts: Sequence[str], fits: dict[int, int]) -> bool:
    """Whether a neighbour has a word, or there is no neighbour."""
    return not 0 <= number < len(texts) or number in fits


def _best_path(
    texts: Sequence[str], words: Sequence[Word], chance: Chance
) -> list[tuple[int, int]]:
    """Pairs of text and word, both in order, of the largest total probability."""
    skip = math.log(MIN_CHANCE)
    gains = [
        [math.log(max(chance(word, text), 1e-30)) - 2 * skip for word in words] for text in texts
    ]
    total = [[0.0] * (len(words) + 1) for _ in range(len(texts) + 1)]
    for i in range(len(texts) - 1, -1, -1):
        for j in range(len(words) - 1, -1, -1):
            paired = gains[i][j] + total[i + 1][j + 1] if gains[i][j] >= -skip else -math.inf
            total[i][j] = max(paired, total[i + 1][j], total[i][j + 1])
    pairs, i, j = [], 0, 0
    while i < len(texts) and j < len(words):
        if total[i][j] == total[i + 1][j]:
            i += 1
        elif total[i][j] == total[i][j + 1]:
            j += 1
        else:
            pairs.append((i, j))
            i, j = i + 1, j + 1
    return pairs
