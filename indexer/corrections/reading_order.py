"""Reading order of corrected words: new ones join the line that they stand on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from indexer.entities import Box, Word

if TYPE_CHECKING:
    from collections.abc import Iterable

MIN_LEVEL = 0.5
"""Share of the lower one's height that two words on a line have in common, at least."""

MAX_GAP = 5.0
"""Distance to the next word of its line, in heights of the new word, at most."""


class Placed(NamedTuple):
    """A word, and the number of the reading in whose place it stands; None for a new one."""

    word: Word
    reading: int | None


def in_reading_order(words: Iterable[Placed]) -> tuple[Word, ...]:
    """The words in reading order with the numbers of their lines, from 0 on.

    What stands in the place of a reading keeps its place. New words are put between those of the line
    that they stand on, or on a line of their own.
    """
    words = list(words)
    known = sorted((p for p in words if p.reading is not None), key=lambda p: p.reading or 0)
    lines: dict[int, list[Word]] = {}
    for placed in known:
        lines.setdefault(placed.word.line, []).append(placed.word)
    ordered = list(lines.values())
    for word in sorted((p.word for p in words if p.reading is None), key=_place):
        _insert(word, ordered)
    return tuple(replace(word, line=number) for number, line in enumerate(ordered) for word in line)


def _insert(word: Word, lines: list[list[Word]]) -> None:
    near = [
        (_gap(word.box, other.box), line) for line in lines for other in line if _level(word, other)
    ]
    gap, line = min(near, key=lambda found: found[0], default=(0.0, None))
    if line is not None and gap <= MAX_GAP * (word.box.bottom - word.box.top):
        at = sum(_middle(other.box)[0] < _middle(word.box)[0] for other in line)
        line.insert(at, word)
        return
    above = [n for n, line in enumerate(lines) if _middle(_around(line))[1] < _middle(word.box)[1]]
    lines.insert(above[-1] + 1 if above else 0, [word])


def _level(one: Word, other: Word) -> bool:
    shared = min(one.box.bottom, other.box.bottom) - max(one.box.top, other.box.top)
    lower = min(one.box.bottom - one.box.top, other.box.bottom - other.box.top)
    return shared >= MIN_LEVEL * lower


def _gap(one: Box, other: Box) -> int:
    return max(one.left - other.right, other.left - one.right, 0)


def _around(line: list[Word]) -> Box:
    return Box.around(word.box for word in line)


def _middle(box: Box) -> tuple[float, float]:
    return (box.left + box.right) / 2, (box.top + box.bottom) / 2


def _place(word: Word) -> tuple[int, int]:
    return word.box.top, word.box.left
