"""Queries of corrections, and of what was read in their places. Private to `catalog`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from indexer.catalog.open_catalog import OpenCatalog
from indexer.catalog.rows import chunks, to_word, unpacked
from indexer.catalog.schema import CORRECTION, PHOTO, READ_WORD, SHOWN_WORD
from indexer.corrections.correction import Correction, CorrectionKind
from indexer.corrections.effective import effective
from indexer.entities import Box

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from indexer.entities import PhotoId, Word, WordIndex


class CorrectionReader(OpenCatalog):
    """The part of an open catalog that reads corrections."""

    def corrections(
        self,
        *,
        contents: Collection[str] | None = None,
        by: str | None = None,
        since: float | None = None,
    ) -> list[Correction]:
        """Corrections in the order in which the catalog got them, those that were undone too.

        Args:
            contents: of photos with these content hashes; None for all.
            by: of this author, of all versions of it, or of all whose kind it is, as `teacher`.
            since: made at this time or later, in seconds since 1970.

        """
        wanted = sa.select(CORRECTION).order_by(CORRECTION.c.id)
        if contents is not None:
            wanted = wanted.where(CORRECTION.c.photo_hash.in_(contents))
        if by is not None:
            wanted = wanted.where(by_author(by))
        if since is not None:
            wanted = wanted.where(CORRECTION.c.created_at >= since)
        return [to_correction(row) for row in self._read(wanted)]

    def said_words(self, photos: Sequence[PhotoId]) -> dict[PhotoId, set[WordIndex]]:
        """The words of these photos that show a correction, by their indices."""
        found: dict[PhotoId, set[WordIndex]] = {}
        for chunk in chunks(photos):
            said = (SHOWN_WORD.c.correction != "") & SHOWN_WORD.c.photo_id.in_(chunk)
            rows = self._read(sa.select(SHOWN_WORD.c.photo_id, SHOWN_WORD.c.position).where(said))
            for row in rows:
                found.setdefault(row.photo_id, set()).add(row.position)
        return found

    def doubtful(self, content: str) -> tuple[Correction, ...]:
        """Corrections of a photo that are not shown, because another word is surely read there."""
        with self._reading() as connection:
            row = connection.execute(sa.select(PHOTO).where(PHOTO.c.hash == content)).first()
            if row is None:
                return ()
            read = read_words(connection, row.id)
        corrections = self.corrections(contents=[content])
        return effective(read, (row.width, row.height), corrections).doubtful


def by_author(by: str) -> sa.ColumnElement[bool]:
    """Condition: a correction is by an author, by a version of it, or by one of a kind of them."""
    named = [CORRECTION.c.by.startswith(f"{by}{sign}", autoescape=True) for sign in ":@"]
    return sa.or_(CORRECTION.c.by == by, *named)


def read_words(connection: sa.Connection, photo: PhotoId) -> tuple[Word, ...]:
    """The words that the engine read on a photo, in reading order."""
    # with the columns of SHOWN_WORD
    columns = [
        READ_WORD.c[c.name] if c.name in READ_WORD.c else sa.literal(_AS_READ[c.name]).label(c.name)
        for c in SHOWN_WORD.columns
    ]
    words = sa.select(*columns).where(READ_WORD.c.photo_id == photo)
    return tuple(map(to_word, connection.execute(words.order_by(READ_WORD.c.position))))


_AS_READ = {"by": "engine", "correction": ""}
"""Columns that a word has as it was read."""


def to_correction(row: Any) -> Correction:  # noqa: ANN401 - a row
    """Convert a row of CORRECTION."""
    return Correction(
        uid=row.uid,
        content=row.photo_hash,
        size=(row.width, row.height),
        box=Box(row.left, row.top, row.right, row.bottom),
        text=row.text,
        by=row.by,
        kind=CorrectionKind(row.kind),
        created_at=row.created_at,
        undone_at=row.undone_at,
        corners=unpacked(row.corners),
        seen_text=row.seen_text,
        seen_confidence=row.seen_confidence,
        device=row.device,
        number=row.id,
    )
