"""Whoosh fields of the full-text index.

Whoosh pickles the schema into each index by the path of its classes: `Readings` stays here under
this name. Reading does not depend on it, for the schema is passed to Whoosh when an index is
opened: indexes of 0.1.0, which name `indexer.fulltext.Readings`, are read so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from whoosh import analysis, fields, formats

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

READINGS = "readings"
"""Field of the words; the field `id` holds the number of the photo."""


class Readings(fields.FieldType):  # type: ignore[misc] # Whoosh has no types
    """Weighted words of a photo: a value is {word: expected number of times it stands there}."""

    def __init__(self) -> None:
        """Set what never differs."""
        super().__init__(formats.Existence(), analysis.IDAnalyzer(), scorable=True)

    def index(
        self, value: Mapping[str, float], **_: object
    ) -> Iterator[tuple[bytes, int, float, bytes]]:
        """Postings of one photo: word, frequency, weight, no value."""
        for word, weight in value.items():
            yield word.encode(), 1, weight, b""


def schema() -> fields.Schema:
    """Fields of every index that this program writes or reads."""
    return fields.Schema(id=fields.ID(stored=True, unique=True), **{READINGS: Readings()})
