"""The words of a photo, line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from indexer.entities import Box

if TYPE_CHECKING:
    from indexer.entities import Photo, Word


def lines_of(photo: Photo) -> list[list[Word]]:
    """Lines of words in reading order; those without text are left out."""
    lines: dict[int, list[Word]] = {}
    for word in photo.words:
        if word.text.strip():
            lines.setdefault(word.line, []).append(word)
    return list(lines.values())


def box_around(line: list[Word]) -> Box:
    """The box of a line."""
    return Box.around(word.box for word in line)


def others(word: Word) -> list[tuple[str, float]]:
    """The kept readings that are not the text of the word, with their probabilities."""
    return [(text, chance) for text, chance in word.alternatives if text != word.text]


def points_of(word: Word, photo: Photo) -> list[tuple[int, int]]:
    """The outline of a word in whole pixels within the photo."""
    return [
        (max(0, min(round(x), photo.width)), max(0, min(round(y), photo.height)))
        for x, y in word.outline
    ]
