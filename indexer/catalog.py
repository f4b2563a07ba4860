"""The truth: photos by content hash, their places, readings and failures.

Rows stay in here; what comes out are the values of `photo`. Only this module and its private
parts (`lookup`, `rows`, `tables`, `database`, `migrations`) know the database.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from indexer import database
from indexer.lookup import Lookup
from indexer.photo import State
from indexer.rows import chunks, drop_places, engine_id, touch, word_rows
from indexer.tables import FAILURE, PHOTO, PLACE, ROOT, WORD

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from indexer.photo import Engine, Failure, Reading, Stale, Stamp


class Catalog(Lookup):
    """One open catalog, to read and to write."""

    def _write(self, *statements: sa.Executable) -> None:
        with database.translated(self.url), self._engine.begin() as connection:
            for statement in statements:
                connection.execute(statement)

    # roots ---------------------------------------------------------------------------------

    def set_root(self, root: Path, *, offline: bool) -> None:
        """Remember a photo folder."""
        self._write(
            sa.delete(ROOT).where(ROOT.c.path == root),
            sa.insert(ROOT).values(path=root, offline=offline),
        )

    # places --------------------------------------------------------------------------------

    def put_place(self, path: Path, stamp: Stamp, content: str) -> State:
        """Let `path` hold the photo with this content hash; returns that photo's state."""
        with database.translated(self.url), self._engine.begin() as connection:
            drop_places(connection, [path])
            known = connection.execute(
                sa.select(PHOTO.c.id, PHOTO.c.state, PHOTO.c.orphaned_at).where(
                    PHOTO.c.hash == content
                )
            ).first()
            if known is None:
                photo = connection.execute(
                    sa.insert(PHOTO).values(hash=content, state=State.PENDING)
                ).inserted_primary_key[0]  # type: ignore[index]
            else:
                photo = known.id
                if known.orphaned_at is not None:
                    touch(connection, [photo], orphaned_at=None)
            connection.execute(
                sa.insert(PLACE).values(
                    path=path, photo_id=photo, size=stamp.size, mtime_ns=stamp.mtime_ns
                )
            )
            return State(known.state) if known else State.PENDING

    def drop_places(self, paths: Sequence[Path], now: float) -> None:
        """Forget files; photos that have no other place are kept, unseen, until `purge`."""
        with database.translated(self.url), self._engine.begin() as connection:
            drop_places(connection, paths, now)
            for chunk in chunks(paths):
                connection.execute(sa.delete(FAILURE).where(FAILURE.c.path.in_(chunk)))

    def purge(self, before: float) -> int:
        """Delete photos that lost their last place before that time; returns how many."""
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

    def put_reading(self, content: str, reading: Reading, engine: Engine) -> None:
        """Keep what was read on the photo with this content hash, replacing what was there."""
        with database.translated(self.url), self._engine.begin() as connection:
            photo = connection.scalar(sa.select(PHOTO.c.id).where(PHOTO.c.hash == content))
            if photo is None:  # its last file went away while it was being read
                return
            connection.execute(sa.delete(WORD).where(WORD.c.photo_id == photo))
            if reading.words:
                connection.execute(sa.insert(WORD), word_rows(photo, reading.words))
            places = sa.select(PLACE.c.path).where(PLACE.c.photo_id == photo)
            connection.execute(sa.delete(FAILURE).where(FAILURE.c.path.in_(places)))
            touch(
                connection,
                [photo],
                state=State.READ if reading.words else State.EMPTY,
                width=reading.width,
                height=reading.height,
                taken=reading.taken,
                engine_id=engine_id(connection, engine),
            )

    # failures ------------------------------------------------------------------------------

    def put_failure(self, failure: Failure, stamp: Stamp, engine: Engine) -> None:
        """Record that a file could not be read; it stops standing for its photo."""
        with database.translated(self.url), self._engine.begin() as connection:
            drop_places(connection, [failure.path])
            connection.execute(sa.delete(FAILURE).where(FAILURE.c.path == failure.path))
            connection.execute(
                sa.insert(FAILURE).values(
                    path=failure.path,
                    size=stamp.size,
                    mtime_ns=stamp.mtime_ns,
                    reason=failure.reason,
                    attempts=failure.attempts,
                    next_try=failure.next_try,
                    engine=engine.fingerprint,
                )
            )

    def retry_now(self) -> int:
        """Let every failed file be due; returns how many there are."""
        self._write(sa.update(FAILURE).values(next_try=0.0, attempts=0))
        return len(self.failures())

    # derived stores ------------------------------------------------------------------------

    def indexed(self, done: Iterable[Stale]) -> None:
        """Note that the full text has caught up with these generations."""
        with database.translated(self.url), self._engine.begin() as connection:
            for photo in done:
                connection.execute(
                    sa.update(PHOTO)
                    .where(PHOTO.c.id == photo.id, PHOTO.c.generation == photo.generation)
                    .values(indexed_generation=photo.generation)
                )

    def unindex_all(self) -> None:
        """Let every photo with words be stale, for a rebuild."""
        self._write(sa.update(PHOTO).values(indexed_generation=-1))
