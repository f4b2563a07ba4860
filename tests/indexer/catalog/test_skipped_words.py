"""Words that are not asked about, as long as the same is read there."""

from __future__ import annotations

from dataclasses import replace

from indexer.corrections.correction import CorrectionKind
from indexer.entities import Box, Reading, Word

from .corrected import CONTENT, NEWER, QUEUE, READ


def open_words(catalog) -> list[str]:
    return [word.text for _, word in catalog.uncorrected_words(10, 5, (0.0, 1.0))]


def read_again(catalog, *words: Word) -> None:
    catalog.put_reading(CONTENT, Reading(400, 300, None, words), NEWER)


def test_a_skipped_word_is_asked_about_only_once_its_reading_changes(catalog):
    catalog.skip(CONTENT, READ[0])
    catalog.skip(CONTENT, READ[0])
    assert open_words(catalog) == ["depth"]

    moved = replace(READ[0], box=Box(12, 9, 95, 41))
    read_again(catalog, moved, READ[1])
    assert open_words(catalog) == ["depth"]

    read_again(catalog, replace(moved, text="queue"), READ[1])
    assert sorted(open_words(catalog)) == ["depth", "queue"]


def test_the_same_text_elsewhere_on_the_photo_is_asked_about(catalog):
    read_again(catalog, READ[0], replace(READ[1], text="quene"))

    catalog.skip(CONTENT, READ[0])

    assert open_words(catalog) == ["quene"]


def test_an_unreadable_word_is_asked_about_only_once_its_reading_changes(catalog):
    unreadable = replace(QUEUE, text="", kind=CorrectionKind.UNREADABLE)
    catalog.correct([unreadable])
    assert open_words(catalog) == ["depth"]

    read_again(catalog, replace(READ[0], text="quest"), READ[1])
    assert sorted(open_words(catalog)) == ["depth", "quest"]

    catalog.correct([replace(unreadable, uid="2" * 32, created_at=2.0)])
    assert open_words(catalog) == ["depth"]
