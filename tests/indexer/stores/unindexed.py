"""Photos as the catalog gives them to the derived stores, with packed words alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from indexer.entities import Box, PhotoId, UnindexedPhoto, Word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def unindexed(packed: Mapping[int, Sequence[bytes] | None], alphabet: str) -> list[UnindexedPhoto]:
    """Photos whose words, or None, were packed with `alphabet`."""
    return [
        UnindexedPhoto(
            PhotoId(photo),
            1,
            None
            if words is None
            else tuple(Word(Box(0, 0, 1, 1), 0, "", 0.5, posteriorgram=word) for word in words),
            alphabet,
        )
        for photo, words in packed.items()
    ]
