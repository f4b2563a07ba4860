"""Writes to the catalog: photos by content hash, their places, readings and failures.

Rows stay in this package; callers get the values of `entities`. Of its modules this one,
`correctable` and `queries` are for others, the rest (`conditions`, `open_catalog`, `roots`, `rows`, `schema`, `database`,
`migrations`) is private.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from indexer.catalog.correctable import CorrectableCatalog
from indexer.catalog.correction_rows import carry_over, show
from indexer.catalog.roots import Roots
from indexer.catalog.rows import (
    chunks,
    drop_places,
    engine_id,
    put_place,
    stamp_values,
    touch,
    word_rows,
)
from indexer.catalog.schema import (
    CORRECTED,
    DELIVERED,
    FAILURE,
    PHOTO,
    PLACE,
    READ_WORD,
    ROOT,
    SHOWN_WORD,
    VOLUME,
)
from indexer.entities import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from indexer.entities import EngineId, Failure, Reading, Stamp, UnindexedPhoto, Volume


class Catalog(CorrectableCatalog):
    """An open catalog to read and to write; methods are short transactions.

    Only one process may write, see `bootstrap.writing`; readers open a CatalogReader.
    """

    # roots ---------------------------------------------------------------------------------

    def set_roots(self, roots: Mapping[Path, bool]) -> None:
        """Record photo folders, and whether each is offline.

        Folders below them that are recorded and not among them are a part of them from now on.
        """
        before = self.roots()
        below = (p for p in before.keys() - roots.keys() if any(p.is_relative_to(r) for r in roots))
        if any(before.get(root) != away for root, away in roots.items()) or any(below):
            with self._writing() as connection:
                Roots(connection).settle(connection, roots)

    def forget_roots(self, gone: Sequence[Path]) -> None:
        """Delete those of these photo folders of which no file is recorded, and their file systems."""
        if not gone:
            return
        files = [sa.exists().where(table.c.root_id == ROOT.c.id) for table in (PLACE, FAILURE)]
        self._write(
            sa.delete(ROOT).where(ROOT.c.path.in_(gone), ~sa.or_(*files)),
            sa.delete(VOLUME).where(VOLUME.c.path.in_(gone)),
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
        with self._writing() as connection:
            roots = Roots(connection)
            return [put_place(connection, roots, *file, now) for file in files]

    def restamp(self, stamps: Mapping[Path, Stamp]) -> None:
        """Record new stamps of files that still hold what they held, or fail as they did."""
        if not stamps:
            return
        with self._writing() as connection:
            roots = Roots(connection)
            rows = [
                {f"new_{name}": value for name, value in stamp_values(stamp).items()}
                | {f"at_{name}": value for name, value in roots.key(path).items()}
                for path, stamp in stamps.items()
            ]
            for table in (PLACE, FAILURE):
                columns = [name.removeprefix("new_") for name in rows[0] if name.startswith("new_")]
                connection.execute(
                    sa.update(table)
                    .where(table.c.root_id == sa.bindparam("at_root_id"))
                    .where(table.c.path == sa.bindparam("at_path"))
                    .values({name: sa.bindparam(f"new_{name}") for name in columns}),
                    rows,
                )

    def drop_places(self, paths: Sequence[Path], now: float) -> None:
        """Delete files; photos without another place are kept, outside all answers, until `purge`."""
        if not paths:
            return
        with self._writing() as connection:
            roots = Roots(connection)
            drop_places(connection, roots, paths, now)
            for chunk in chunks(paths):
                connection.execute(sa.delete(FAILURE).where(roots.at(FAILURE, chunk)))

    def purge(self, before: float) -> list[str]:
        """Delete photos that lost their last place before that time; returns their content hashes.

        Those that the derived stores may still hold stay until these have caught up, because
        nothing else would tell the stores to drop them.
        """
        forgotten = sa.select(sa.func.min(DELIVERED.c.generation)).scalar_subquery()
        gone = sa.select(PHOTO.c.id, PHOTO.c.hash).where(
            PHOTO.c.orphaned_at < before, PHOTO.c.generation <= forgotten
        )
        if not self._read(gone):
            return []
        with self._writing() as connection:
            purged = {row.id: row.hash for row in connection.execute(gone)}
            for chunk in chunks(list(purged)):
                for table in (READ_WORD, SHOWN_WORD, CORRECTED):
                    connection.execute(sa.delete(table).where(table.c.photo_id.in_(chunk)))
                connection.execute(sa.delete(PHOTO).where(PHOTO.c.id.in_(chunk)))
        return list(purged.values())

    # readings ------------------------------------------------------------------------------

    def put_reading(self, content: str, reading: Reading, engine: EngineId) -> None:
        """Store what was read on the photo with this content hash in place of what was there."""
        with self._writing() as connection:
            photo_id = connection.scalar(sa.select(PHOTO.c.id).where(PHOTO.c.hash == content))
            if photo_id is None:  # its last file went away while it was being read
                return
            connection.execute(sa.delete(READ_WORD).where(READ_WORD.c.photo_id == photo_id))
            if reading.words:
                connection.execute(sa.insert(READ_WORD), word_rows(photo_id, reading.words))
            place = sa.exists().where(
                PLACE.c.root_id == FAILURE.c.root_id,
                PLACE.c.path == FAILURE.c.path,
                PLACE.c.photo_id == photo_id,
            )
            connection.execute(sa.delete(FAILURE).where(place))
            touch(
                connection,
                [photo_id],
                state=State.READ if reading.words else State.EMPTY,
                width=reading.width,
                height=reading.height,
                taken=reading.taken,
                engine_id=engine_id(connection, engine, empty=not reading.words),
            )
            carry_over(connection, content)
            show(connection, [content])

    # failures ------------------------------------------------------------------------------

    def put_failure(self, failure: Failure, stamp: Stamp, engine: EngineId, now: float) -> None:
        """Record that a file could not be read at `now`; it stops standing for its photo."""
        with self._writing() as connection:
            roots = Roots(connection)
            drop_places(connection, roots, [failure.path], now)
            connection.execute(sa.delete(FAILURE).where(roots.at(FAILURE, [failure.path])))
            connection.execute(
                sa.insert(FAILURE).values(
                    **roots.key(failure.path),
                    **stamp_values(stamp),
                    # a reason may name a file, and not every name can be stored as text
                    reason=failure.reason.encode(errors="backslashreplace").decode(),
                    attempts=failure.attempts,
                    next_try=failure.next_try,
                    engine=engine.of_failed,
                    readable=failure.readable,
                )
            )

    def retry_now(self, paths: Sequence[Path] | None = None) -> int:
        """Make failed files due now, all or those among `paths`; returns how many there are."""
        again = sa.update(FAILURE).values(next_try=0.0, attempts=0)
        with self._writing() as connection:
            if paths is None:
                return connection.execute(again).rowcount
            here = Roots(connection)
            return sum(
                connection.execute(again.where(here.at(FAILURE, chunk))).rowcount
                for chunk in chunks(paths)
            )

    # derived stores ------------------------------------------------------------------------

    def indexed(self, done: Iterable[UnindexedPhoto]) -> None:
        """Record that the derived stores hold all photos up to the last of these, as `stale` had them."""
        generations = [photo.generation for photo in done]
        if generations:
            self._deliver(max(generations))

    def unindex_all(self) -> None:
        """Mark every photo as absent from the derived stores, for a rebuild."""
        self._deliver(0)

    def _deliver(self, generation: int) -> None:
        row = {"store": self.store, "generation": generation}
        self._write(
            sa.delete(DELIVERED).where(DELIVERED.c.store == self.store),
            sa.insert(DELIVERED).values(row),
        )
