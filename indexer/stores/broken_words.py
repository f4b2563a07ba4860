"""Words that a line end breaks in two: `recog-` at the end of a line, `nition` in the next.

The derived stores hold each of them as one more word of its photo. Its index says so, and which
boxes it covers, so that evidence for it is shown and continued where its last piece stands.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

from indexer.entities import Word, WordIndex

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

HYPHENS = "-‐‑–—−¬=~"
"""What hyphens look like to a reader of handwriting; some scripts double them."""

MIN_HYPHEN = 0.2
"""Probability of a hyphen at the end of a line from which a word may go on in the next."""

MAX_READINGS = 4
"""Readings of each piece that are joined to those of the other."""

_BROKEN, _DETACHED = 1 << 15, 1 << 14
"""Marks of an index: of a broken word; of one whose hyphen stands in a box between."""

_ENDING = re.compile(rf"[^\W\d_][{HYPHENS}]+$")


def covered(index: WordIndex) -> range:
    """Indices of the boxes of a word: its own, or those of all pieces of a broken one."""
    if not index & _BROKEN:
        return range(index, index + 1)
    first = index & (_DETACHED - 1)
    return range(first, first + (3 if index & _DETACHED else 2))


def is_broken(index: WordIndex) -> bool:
    """Whether an index is that of a broken word."""
    return bool(index & _BROKEN)


def beginning_at(place: int) -> tuple[WordIndex, ...]:
    """Indices of all words that may begin in this box."""
    return (
        WordIndex(place),
        WordIndex(place | _BROKEN),
        WordIndex(place | _BROKEN | _DETACHED),
    )


def placed(words: Iterable[Word]) -> dict[WordIndex, Word]:
    """The words of a photo by their index."""
    return {WordIndex(place): word for place, word in enumerate(words)}


def broken_words(words: Mapping[WordIndex, Word]) -> Iterator[tuple[WordIndex, Word, Word]]:
    """Index, first and last piece of each broken word of a photo.

    Args:
        words: of the photo, or some of them; its neighbours tell whether a word is broken.

    """
    for index, word in words.items():
        after = words.get(WordIndex(index + 1))
        if after is None or after.line <= word.line or not _starts_a_word(after):
            continue
        before = words.get(WordIndex(index - 1))
        detached = before is not None and before.line == word.line and word.text in HYPHENS
        first = index - 1 if detached else index
        if first >= _DETACHED:
            continue
        if before is not None and detached and before.text[-1:].isalpha():
            yield WordIndex(first | _BROKEN | _DETACHED), before, after
        elif sum(p for text, p in _readings(word) if _ENDING.search(text)) >= MIN_HYPHEN:
            yield WordIndex(first | _BROKEN), word, after


def joined(first: Word, last: Word) -> Word:
    """The word that two pieces make, with their readings; its box and posteriorgram are one piece's."""
    pairs = product(_readings(first)[:MAX_READINGS], _readings(last)[:MAX_READINGS])
    said = sorted(((_join(a, b), p * r) for (a, p), (b, r) in pairs), key=lambda pair: -pair[1])
    text = _join(first.text, last.text)
    sure = first.confidence * last.confidence
    return replace(first, text=text, confidence=sure, alternatives=tuple(said))


def _join(first: str, last: str) -> str:
    return first.rstrip(HYPHENS) + last


def _readings(word: Word) -> tuple[tuple[str, float], ...]:
    return word.alternatives or ((word.text, word.confidence),)


def _starts_a_word(word: Word) -> bool:
    return word.text[:1].isalpha()
