"""Queries of the catalog: all that reads it without changing it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Self

import sqlalchemy as sa

from indexer.catalog import database
from indexer.catalog.conditions import (
    RAW_PATH,
    below,
    may_match,
    place_matcher,
    taken_between,
)
from indexer.catalog.rows import chunks, to_photo, to_word
from indexer.catalog.schema import ENGINE, FAILURE, PHOTO, PLACE, ROOT, VOLUME, WORD
from indexer.entities import EngineId, Failure, Photo, Stamp, State, UnindexedPhoto, Volume, Word
from indexer.query.date_spans import date_span

if TYPE_CHECKING:
    from collections.abc import Collection, Container, Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from indexer.entities import PhotoId, WordIndex
    from indexer.query.ast import Field


class CatalogReader:
    """An open catalog to read; methods are short transactions and raise CatalogError."""

    def __init__(self, url: str) -> None:
        """Open a catalog, or create it; runs migrations. Raises CatalogError."""
        self.url = url
        self._engine = database.connect(url)

    def __enter__(self) -> Self:
        """Use as a context."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close all connections."""
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def _read(self, statement: sa.Executable) -> list[Any]:
        with database.translated(self.url), self._engine.connect() as connection:
            return list(connection.execute(statement))

    def _ids(self, statement: sa.Executable) -> set[PhotoId]:
        with database.translated(self.url), self._engine.connect() as connection:
            return set(connection.scalars(statement))

    def roots(self) -> dict[Path, bool]:
        """Known photo folders and whether each is offline."""
        return {row.path: row.offline for row in self._read(sa.select(ROOT))}

    def volumes(self) -> dict[Path, Volume]:
        """File systems that folders with photos were last seen on."""
        return {r.path: Volume(r.point, r.number) for r in self._read(sa.select(VOLUME))}

    def places(self, paths: Sequence[Path] | None = None) -> dict[Path, Stamp]:
        """Files of photos, failed ones included, with their last recorded stamps.

        All of them, or those among `paths`.
        """
        found: dict[Path, Stamp] = {}
        for chunk in [None] if paths is None else chunks(paths):
            for table in (FAILURE, PLACE):  # what was taken in since is the later word
                query = sa.select(table.c.path, table.c.size, table.c.mtime_ns)
                rows = self._read(query if chunk is None else query.where(table.c.path.in_(chunk)))
                found |= {row.path: Stamp(row.size, row.mtime_ns) for row in rows}
        return found

    def copies(self, paths: Collection[Path]) -> list[Path]:
        """All places of the photos that these files hold."""
        found: list[Path] = []
        for chunk in chunks(list(paths)):
            photos = sa.select(PLACE.c.photo_id).where(PLACE.c.path.in_(chunk))
            rows = self._read(sa.select(PLACE.c.path).where(PLACE.c.photo_id.in_(photos)))
            found += [row.path for row in rows]
        return found

    def unread(self, engine: EngineId, among: Container[Path]) -> dict[Path, str]:
        """Places, out of `among`, of photos that this engine has not read, with content hashes."""
        empty = PHOTO.c.state == State.EMPTY
        wanted = sa.case((empty, engine.of_empty), else_=engine.fingerprint)
        read_by = sa.select(ENGINE.c.fingerprint).where(ENGINE.c.id == PHOTO.c.engine_id)
        rows = self._read(
            sa.select(PLACE.c.path, PHOTO.c.hash)
            .join(PHOTO)
            .where(
                (PHOTO.c.state == State.PENDING)
                | PHOTO.c.engine_id.is_(None)
                | (read_by.scalar_subquery() != wanted)
            )
        )
        return {row.path: row.hash for row in rows if row.path in among}

    def alphabet(self) -> str:
        """The alphabet of the engine that was used last, "" before the first photo."""
        rows = self._read(sa.select(ENGINE.c.alphabet).order_by(ENGINE.c.id.desc()).limit(1))
        return rows[0].alphabet if rows else ""

    def failures(self) -> list[Failure]:
        """All files that could not be read, by path."""
        rows = self._read(sa.select(FAILURE).order_by(FAILURE.c.path))
        return [Failure(r.path, r.reason, r.attempts, r.next_try) for r in rows]

    def due(self, now: float, engine: EngineId) -> dict[Path, int]:
        """Failed files to try again: their time has come or the engine changed; with attempts."""
        rows = self._read(
            sa.select(FAILURE.c.path, FAILURE.c.attempts).where(
                (FAILURE.c.next_try <= now) | (FAILURE.c.engine != engine.of_failed)
            )
        )
        return {row.path: row.attempts for row in rows}

    def attempts(self, path: Path) -> int:
        """How often `path` has failed already."""
        rows = self._read(sa.select(FAILURE.c.attempts).where(FAILURE.c.path == path))
        return rows[0].attempts if rows else 0

    def stale(self, limit: int, after: int = 0) -> list[UnindexedPhoto]:
        """At most `limit` photos, numbers above `after`, that the derived stores do not hold as they are."""
        rows = self._read(
            sa.select(PHOTO.c.id, PHOTO.c.generation, PHOTO.c.orphaned_at)
            .where(PHOTO.c.generation != PHOTO.c.indexed_generation, PHOTO.c.id > after)
            .order_by(PHOTO.c.id)
            .limit(limit)
        )
        words = self.words([row.id for row in rows if row.orphaned_at is None])
        return [UnindexedPhoto(row.id, row.generation, words.get(row.id)) for row in rows]

    def stale_batches(self, size: int) -> Iterator[list[UnindexedPhoto]]:
        """All such photos in batches, for a rebuild that marks them as indexed only at its end."""
        after = 0
        while batch := self.stale(size, after):
            after = batch[-1].id
            yield batch

    def searchable(self) -> tuple[set[PhotoId], set[PhotoId]]:
        """Photos that the derived stores must hold, and those that they may hold besides.

        A photo that changed since it was indexed may be in there, with words of any time.
        """
        must, may = (
            {row.id for row in self._read(sa.select(PHOTO.c.id).where(part))}
            for part in _searchable()
        )
        return must, may

    def count_searchable(self) -> tuple[int, int]:
        """Count the photos of both kinds, in one pass of the database."""
        [row] = self._read(sa.select(*(sa.func.count().filter(part) for part in _searchable())))
        return int(row[0]), int(row[1])

    def words(self, photos: Sequence[PhotoId]) -> dict[PhotoId, tuple[Word, ...]]:
        """Words of each photo that has any, in reading order."""
        found: dict[PhotoId, list[Word]] = defaultdict(list)
        for chunk in chunks(photos):
            rows = self._read(
                sa.select(WORD)
                .where(WORD.c.photo_id.in_(chunk))
                .order_by(WORD.c.photo_id, WORD.c.position)
            )
            for row in rows:
                found[row.photo_id].append(to_word(row))
        return {photo_id: tuple(words) for photo_id, words in found.items()}

    def lines(self, photos: Sequence[PhotoId]) -> dict[PhotoId, dict[WordIndex, int]]:
        """Line of each word of these photos."""
        found: dict[PhotoId, dict[WordIndex, int]] = defaultdict(dict)
        for chunk in chunks(photos):
            columns = WORD.c.photo_id, WORD.c.position, WORD.c.line
            for row in self._read(sa.select(*columns).where(WORD.c.photo_id.in_(chunk))):
                found[row.photo_id][row.position] = row.line
        return found

    def words_on_lines(
        self, places: Mapping[PhotoId, Collection[WordIndex]]
    ) -> dict[PhotoId, dict[WordIndex, Word]]:
        """The words at `places` and all others on their lines, by photo and index, in reading order."""
        found: dict[PhotoId, dict[WordIndex, Word]] = defaultdict(dict)
        for photos in chunks(list(places)):
            # by photo first: a database would not look up so many pairs by the primary key
            near = sa.select(WORD).where(WORD.c.photo_id.in_(photos))
            pairs = [(photo_id, index) for photo_id in photos for index in places[photo_id]]
            here = sa.tuple_(WORD.c.photo_id, WORD.c.position).in_(pairs)
            lines = {(row.photo_id, row.line) for row in self._read(near.where(here))}
            there = sa.tuple_(WORD.c.photo_id, WORD.c.line).in_(sorted(lines))
            for row in self._read(near.where(there).order_by(WORD.c.photo_id, WORD.c.position)):
                found[row.photo_id][row.position] = to_word(row)
        return found

    def words_like(
        self, photos: Sequence[PhotoId], parts: Collection[str]
    ) -> Iterator[tuple[PhotoId, WordIndex, Word]]:
        """Words of these photos with one of `parts` in a reading, with photo and index.

        Case is folded for ASCII only, as databases do; `parts` are folded already.
        """
        text = sa.func.lower(WORD.c.alternatives)
        like = sa.or_(*(text.contains(part, autoescape=True) for part in parts))
        if not all(part.isascii() for part in parts):
            like = sa.true()  # accents fold in Python, where the caller looks again
        for chunk in chunks(photos):
            for row in self._read(sa.select(WORD).where(WORD.c.photo_id.in_(chunk), like)):
                yield row.photo_id, row.position, to_word(row)

    def photos_within(
        self, *, since: datetime | None, until: datetime | None, folder: Path | None
    ) -> set[PhotoId]:
        """Photos taken in a half-open span that have a place below `folder`; None: any."""
        photos = sa.select(PHOTO.c.id).where(taken_between(since, until))
        if folder is None:
            return self._ids(photos.where(PHOTO.c.orphaned_at.is_(None)))
        return self._ids(photos.join(PLACE).where(below(folder)))

    def photos_fulfilling(self, field: Field, folder: Path | None = None) -> set[PhotoId]:
        """Photos that fulfil a field of a query, by one of their places below `folder`."""
        if field.name == "date":
            since, until = date_span(field.value)
            return self.photos_within(since=since, until=until, folder=folder)
        places = sa.select(RAW_PATH, PLACE.c.photo_id)
        places = places.where(may_match(field, self._engine.dialect.name))
        matches = place_matcher(field)
        rows = self._read(places if folder is None else places.where(below(folder)))
        return {photo_id for path, photo_id in rows if matches(path)}

    def photos(self, ids: Sequence[PhotoId], *, folder: Path | None = None) -> dict[PhotoId, Photo]:
        """Photos with their places below `folder`, without words; those without any are left out."""
        found: dict[PhotoId, Photo] = {}
        for chunk in chunks(ids):
            places = self._places_of(chunk, folder)
            for row in self._read(sa.select(PHOTO).where(PHOTO.c.id.in_(chunk))):
                if row.id in places:
                    found[row.id] = to_photo(row, places[row.id])
        return found

    def photo_at(self, path: Path) -> Photo | None:
        """The photo that `path` holds, with its words; None if the catalog has none."""
        rows = self._read(sa.select(PLACE.c.photo_id).where(PLACE.c.path == path))
        if not rows:
            return None
        photo_id = rows[0].photo_id
        row = self._read(sa.select(PHOTO).where(PHOTO.c.id == photo_id))[0]
        places = self._places_of([photo_id], None)[photo_id]
        return to_photo(row, places, self.words([photo_id]).get(photo_id, ()))

    def counts(self) -> dict[str, int]:
        """Count photos by state, and words."""
        offline = [root for root, away in self.roots().items() if away]
        counts = dict.fromkeys(State, 0)
        seen: set[PhotoId] = set()
        rows = self._read(sa.select(PLACE.c.path, PHOTO.c.id, PHOTO.c.state).join(PHOTO))
        for row in sorted(rows, key=lambda r: any(r.path.is_relative_to(o) for o in offline)):
            if row.id in seen:
                continue
            seen.add(row.id)
            away = any(row.path.is_relative_to(root) for root in offline)
            counts[State.OFFLINE if away else State(row.state)] += 1
        counts[State.FAILED] = len(self.failures())
        words = self._read(
            sa.select(sa.func.count())
            .select_from(WORD.join(PHOTO))
            .where(PHOTO.c.orphaned_at.is_(None))
        )
        return {str(state): n for state, n in counts.items()} | {"words": int(words[0][0])}

    def _places_of(self, ids: Sequence[PhotoId], folder: Path | None) -> dict[PhotoId, list[Path]]:
        places: dict[PhotoId, list[Path]] = defaultdict(list)
        found = sa.select(PLACE.c.photo_id, PLACE.c.path).where(PLACE.c.photo_id.in_(ids))
        if folder is not None:
            found = found.where(below(folder))
        for row in self._read(found.order_by(PLACE.c.path)):
            places[row.photo_id].append(row.path)
        return places


def _searchable() -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    """Conditions on photos that the derived stores must hold, and on those they may hold besides."""
    settled = PHOTO.c.generation == PHOTO.c.indexed_generation
    there = (PHOTO.c.state == State.READ) & PHOTO.c.orphaned_at.is_(None)
    return settled & there, ~settled
