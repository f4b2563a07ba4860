"""Held-out photos: how many are checked, so that learning can be measured, and which to check next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from typing_extensions import TypedDict  # that of typing has no schema before Python 3.12

from indexer.corrections import learning_words
from indexer.corrections.lessons import MIN_PHOTOS, MIN_WORDS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from indexer.corrections.inked_word import InkedWord
    from indexer.entities import PhotoId


class PhotoToCheck(TypedDict):
    """A photo as JSON: `id` is its content hash, `photo` a file that holds it."""

    id: str
    photo: str
    words: int


class HeldOutReport(TypedDict):
    """Checked photos that are held out, and their words, as JSON; how many are needed; those to check next."""

    photos: int
    photos_needed: int
    words: int
    words_needed: int
    to_check: list[PhotoToCheck]


class Checkable(Protocol):
    """What is asked of the catalog."""

    def inked_words(self) -> Iterable[InkedWord]:
        """Words that corrections say, with their images."""

    def checked(self) -> Mapping[str, float]:
        """Checked photos by content hash."""

    def held_out(self, limit: int) -> Sequence[tuple[PhotoId, str]]:
        """Held-out photos that are not checked, newest first."""

    def count_words(self, photos: Sequence[PhotoId]) -> Mapping[PhotoId, int]:
        """Words on photos."""

    def places_with(self, contents: Collection[str]) -> Mapping[str, Sequence[Path]]:
        """Files of photos by content hash."""


def held_out_report(catalog: Checkable, limit: int) -> HeldOutReport:
    """What there is to measure on, and the newest `limit` photos to check next."""
    held = learning_words.held_out(catalog.inked_words(), catalog.checked()).words
    return {
        "photos": len({word.photo_hash for word in held}),
        "photos_needed": MIN_PHOTOS,
        "words": len(held),
        "words_needed": MIN_WORDS,
        "to_check": to_check(catalog, limit),
    }


def to_check(catalog: Checkable, limit: int) -> list[PhotoToCheck]:
    """The newest held-out photos with words that nobody has checked."""
    found = catalog.held_out(limit)
    words = catalog.count_words([number for number, _ in found])
    places = catalog.places_with({content for _, content in found})
    return [
        {"id": content, "photo": str(places[content][0]), "words": words.get(number, 0)}
        for number, content in found
        if places.get(content)
    ]
