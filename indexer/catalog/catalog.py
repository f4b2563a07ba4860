"""Writes to the catalog: photos by content hash, their places, readings and failures.

Rows stay in this package; callers get the values of `entities`. Of its modules this one and
`queries` are for others, the rest (`filters`, `rows`, `schema`, `database`, `migrations`) is
private.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from indexer.catalog import database
from indexer.catalog.queries import CatalogReader
from indexer.catalog.rows import chunks, drop_places, engine_id, put_place, touch, word_rows
from indexer.catalog.schema import FAILURE, PHOTO, PLACE, ROOT, VOLUME, WORD
from indexer.entities import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from indexer.entities import EngineId, Failure, Reading, Stamp, UnindexedPhoto, Volume


class Catalog(CatalogReader):
    """An open catalog to read and to write; methods are short transactions.

    Only one process may write, see `bootstrap.writing`; readers open a CatalogReader.
    """

    def _write(self, *statements: sa.Executable) -> None:
        with database.translated(self.url), self._engine.begin() as connection:
            for statement in statements:
                connection.execute(statement)

    # roots ---------------------------------------------------------------------------------

    def set_root(self, root: Path, *, offline: bool) -> None:
        """Record a photo folder."""
        self._write(
            sa.delete(ROOT).where(ROOT.c.path == root),
            sa.insert(ROOT).values(path=root, offline=offline),
        )

    def set_volumes(self, volumes: Mapping[Path, Volume], gone: Sequence[Path] = ()) -> None:
        """Record the file systems of folders, and delete those of the folders in `gone`."""
        forget = [*gone, *volumes]
        rows = [
            {"path": path, "point": volume.point, "number": volume.number}
            for path, volume in volumes.items()
        ]
        if forget:
            self._write(
                sa.delete(VOLUME).where(VOLUME.c.path.in_(forget)),
                *(sa.insert(VOLUME).values(row) for row in rows),
            )

    # places --------------------------------------------------------------------------------

    def put_places(self, files: Sequence[tuple[Path, Stamp, str]], now: float) -> list[State]:
        """Record that files hold the photos with these content hashes; returns the photos' states.

        Photos that the files held before are orphaned at `now`, if they have no other place.
        """
        with database.translated(self.url), self._engine.begin() as connection:
            return [put_place(connection, *file, now) for file in files]

    def drop_places(self, paths: Sequence[Path], now: float) -> None:
        """Delete files; photos without another place are kept, outside all answers, until `purge`."""
        with database.translated(self.url), self._engine.begin() as connection:
            drop_places(connection, paths, now)
            for chunk in chunks(paths):
                connection.execute(sa.delete(FAILURE).where(FAILURE.c.path.in_(chunk)))

    def purge(self, before: float) -> int:
        """Delete photos that lost their last place before that time; returns how many.

        Those that the derived stores may still hold stay until these have caught up, because
        nothing else would tell the stores to drop them.
        """
        gone = [
            row.id
            for row in self._read(
                sa.select(PHOTO.c.id).where(
                    PHOTO.c.orphaned_at < before,
                    PHOTO.c.generation == PHOTO.c.indexed_generation,
                )
            )
        ]
        for chunk in chunks(gone):
            self._write(
                sa.delete(WORD).where(WORD.c.photo_id.in_(chunk)),
                sa.delete(PHOTO).where(PHOTO.c.id.in_(chunk)),
            )
        return len(gone)

    # readings ------------------------------------------------------------------------------

    def put_reading(self, content: str, reading: Reading, engine: EngineId) -> None:
        """Store what was read on the photo with this content hash in place of what was there."""
        with database.translated(self.url), self._engine.begin() as connection:
            photo_id = connection.scalar(sa.select(PHOTO.c.id).where(PHOTO.c.hash == content))
            if photo_id is None:  # its last file went away while it was being read
                return
            connection.execute(sa.delete(WORD).where(WORD.c.photo_id == photo_id))
            if reading.words:
                connection.execute(sa.insert(WORD), word_rows(photo_id, reading.words))
            places = sa.select(PLACE.c.path).where(PLACE.c.photo_id == photo_id)
            connection.execute(sa.delete(FAILURE).where(FAILURE.c.path.in_(places)))
            touch(
                connection,
                [photo_id],
                state=State.READ if reading.words else State.EMPTY,
                width=reading.width,
                height=reading.height,
                taken=reading.taken,
                engine_id=engine_id(connection, engine, empty=not reading.words),
            )

    # failures ------------------------------------------------------------------------------

    def put_failure(self, failure: Failure, stamp: Stamp, engine: EngineId, now: float) -> None:
        """Record that a file could not be read at `now`; it stops standing for its photo."""
        with database.translated(self.url), self._engine.begin() as connection:
            drop_places(connection, [failure.path], now)
            connection.execute(sa.delete(FAILURE).where(FAILURE.c.path == failure.path))
            connection.execute(
                sa.insert(FAILURE).values(
                    path=failure.path,
                    size=stamp.size,
                    mtime_ns=stamp.mtime_ns,
                    # a reason may name a file, and not every name can be stored as text
                    reason=failure.reason.encode(errors="backslashreplace").decode(),
                    attempts=failure.attempts,
                    next_try=failure.next_try,
                    engine=engine.of_failed,
                )
            )

    def retry_now(self) -> int:
        """Make every failed file due now; returns how many there are."""
        self._write(sa.update(FAILURE).values(next_try=0.0, attempts=0))
        return len(self.failures())

    # derived stores ------------------------------------------------------------------------

    def indexed(self, done: Iterable[UnindexedPhoto]) -> None:
        """Record that the derived stores hold these photos as of these generations."""
        with database.translated(self.url), self._engine.begin() as connection:
            for photo in done:
                connection.execute(
                    sa.update(PHOTO)
                    .where(PHOTO.c.id == photo.id, PHOTO.c.generation == photo.generation)
                    .values(indexed_generation=photo.generation)
                )

    def unindex_all(self) -> None:
        """Mark every photo as absent from the derived stores, for a rebuild."""
        self._write(sa.update(PHOTO).values(indexed_generation=-1))
