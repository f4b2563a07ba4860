"""Queries of the catalog: all that reads it without changing it."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from indexer.catalog.browsing import Browsing
from indexer.catalog.conditions import may_match, place_matcher, taken_between
from indexer.catalog.roots import OUTSIDE, RAW_ROOT, Roots, full, paths, prefix
from indexer.catalog.rows import chunks, to_photo, to_stamp, to_word
from indexer.catalog.schema import (
    CHANGE,
    CORRECTED,
    DELIVERED,
    ENGINE,
    FAILURE,
    PHOTO,
    PLACE,
    READ_WORD,
    ROOT,
    SHOWN_WORD,
    VOLUME,
    WORD,
)
from indexer.entities import EngineId, Failure, Photo, Stamp, State, UnindexedPhoto, Volume, Word
from indexer.query.date_spans import date_span

if TYPE_CHECKING:
    from collections.abc import Collection, Container, Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from indexer.entities import PhotoId, WordIndex
    from indexer.query.ast import Field

SIGNS = "-.'/_ "
"""What joins two words to one that is also written without it; a database looks for each of them.

Only corrections hold blanks."""


class CatalogReader(Browsing):
    """An open catalog to read; methods are short transactions and raise CatalogError."""

    def changes(self) -> int:
        """A number that every write raises; while it stays the same, so does the catalog."""
        return int(self._read(sa.select(CHANGE.c.number))[0].number)

    def roots(self) -> dict[Path, bool]:
        """Known photo folders and whether each is offline."""
        rows = self._read(sa.select(ROOT).where(ROOT.c.id != OUTSIDE).order_by(ROOT.c.path))
        return {row.path: row.offline for row in rows}

    def volumes(self) -> dict[Path, Volume]:
        """File systems that folders with photos were last seen on."""
        return {r.path: Volume(r.point, r.number) for r in self._read(sa.select(VOLUME))}

    def places(self, paths: Sequence[Path] | None = None) -> dict[Path, Stamp]:
        """Files of photos, failed ones included, with their last recorded stamps.

        All of them, or those among `paths`.
        """
        # what was taken in since is the later word
        return self._stamps(FAILURE, paths) | self._stamps(PLACE, paths)

    def failing(self, paths: Sequence[Path] | None = None) -> dict[Path, bool]:
        """Files, all or among `paths`, that failed last; whether permissions allowed to open each."""
        with self._reading() as connection:
            roots = Roots(connection)
            found: dict[Path, bool] = {}
            for chunk in [None] if paths is None else chunks(paths):
                query = sa.select(RAW_ROOT, FAILURE.c.path, FAILURE.c.readable).join(ROOT)
                rows = connection.execute(
                    query if chunk is None else query.where(roots.at(FAILURE, chunk))
                )
                found |= {full(row.raw_root, row.path): row.readable for row in rows}
        return found

    def _stamps(self, table: sa.Table, paths: Sequence[Path] | None) -> dict[Path, Stamp]:
        found: dict[Path, Stamp] = {}
        with self._reading() as connection:
            roots = Roots(connection)
            query = sa.select(
                RAW_ROOT,
                *(table.c[n] for n in ("path", "size", "mtime_ns", "ctime_ns", "device", "inode")),
            ).join(ROOT)
            for chunk in [None] if paths is None else chunks(paths):
                rows = connection.execute(
                    query if chunk is None else query.where(roots.at(table, chunk))
                )
                found |= {full(row.raw_root, row.path): to_stamp(row) for row in rows}
        return found

    def names(self, inodes: Collection[int]) -> list[Path]:
        """Places whose files had one of these numbers when they were last looked at."""
        found: list[Path] = []
        for chunk in chunks(sorted(set(inodes) - {0})):
            here = sa.select(RAW_ROOT, PLACE.c.path).join(ROOT).where(PLACE.c.inode.in_(chunk))
            found += paths(self._read(here))
        return found

    def unread(self, engine: EngineId, among: Container[Path]) -> dict[Path, str]:
        """Places, out of `among`, of photos that this engine has not read, with content hashes."""
        empty = PHOTO.c.state == State.EMPTY
        wanted = sa.case((empty, engine.of_empty), else_=engine.fingerprint)
        read_by = sa.select(ENGINE.c.fingerprint).where(ENGINE.c.id == PHOTO.c.engine_id)
        rows = self._read(
            sa.select(RAW_ROOT, PLACE.c.path, PHOTO.c.hash)
            .select_from(PLACE.join(PHOTO).join(ROOT))
            .where(
                (PHOTO.c.state == State.PENDING)
                | PHOTO.c.engine_id.is_(None)
                | (read_by.scalar_subquery() != wanted)
            )
        )
        waiting = {full(row.raw_root, row.path): row.hash for row in rows}
        return {path: content for path, content in waiting.items() if path in among}

    def alphabet(self) -> str:
        """The alphabet of the engine that was used last, "" before the first photo."""
        rows = self._read(sa.select(ENGINE.c.alphabet).order_by(ENGINE.c.id.desc()).limit(1))
        return rows[0].alphabet if rows else ""

    def failures(self) -> list[Failure]:
        """All files that could not be read, by path."""
        rows = self._read(sa.select(RAW_ROOT, FAILURE).join(ROOT))
        failures = (
            Failure(full(r.raw_root, r.path), r.reason, r.attempts, r.next_try, r.readable)
            for r in rows
        )
        return sorted(failures, key=lambda failure: failure.path)

    def due(self, now: float, engine: EngineId) -> dict[Path, int]:
        """Failed files to try again: their time has come or the engine changed; with attempts."""
        rows = self._read(
            sa.select(RAW_ROOT, FAILURE.c.path, FAILURE.c.attempts)
            .join(ROOT)
            .where((FAILURE.c.next_try <= now) | (FAILURE.c.engine != engine.of_failed))
        )
        return {full(row.raw_root, row.path): row.attempts for row in rows}

    def attempts(self, path: Path) -> int:
        """How often `path` has failed already."""
        with self._reading() as connection:
            here = Roots(connection).at(FAILURE, [path])
            return connection.scalar(sa.select(FAILURE.c.attempts).where(here)) or 0

    def stale(self, limit: int, after: int = 0, until: int | None = None) -> list[UnindexedPhoto]:
        """Photos changed since the derived stores were level, between two generations.

        The oldest changes first, about `limit` of them: those of one transaction come together.
        """
        changed = self._changed().where(PHOTO.c.generation > after)
        if until is not None:
            changed = changed.where(PHOTO.c.generation <= until)
        changed = changed.order_by(PHOTO.c.generation, PHOTO.c.id)
        rows = self._read(changed.limit(limit + 1))
        if len(rows) > limit:
            last = rows[-1].generation
            whole = [row for row in rows if row.generation != last]
            rows = whole or self._read(changed.where(PHOTO.c.generation == last))
        return self._unindexed(rows)

    def unindexed(self, limit: int) -> list[UnindexedPhoto]:
        """The same for a query: at most `limit` of them, those with corrections first, then the newest."""
        corrected = PHOTO.c.id.in_(sa.select(CORRECTED.c.photo_id))
        newest = self._changed().order_by(corrected.desc(), PHOTO.c.generation.desc())
        return self._unindexed(self._read(newest.limit(limit)))

    def _changed(self) -> sa.Select[Any]:
        """Photos changed since the derived stores were level."""
        columns = PHOTO.c.id, PHOTO.c.generation, PHOTO.c.orphaned_at, ENGINE.c.alphabet
        photos = sa.select(*columns).outerjoin_from(PHOTO, ENGINE)
        return photos.where(PHOTO.c.generation > self._level())

    def _unindexed(self, rows: Sequence[Any]) -> list[UnindexedPhoto]:
        words = self.words([row.id for row in rows if row.orphaned_at is None])
        return [
            UnindexedPhoto(row.id, row.generation, words.get(row.id), row.alphabet or "")
            for row in rows
        ]

    def stale_batches(self, size: int) -> Iterator[list[UnindexedPhoto]]:
        """All such photos in batches, for a rebuild that marks them as indexed only at its end.

        What another process corrects meanwhile is left for later: it would come a second time.
        """
        after, until = 0, self.changes()
        while batch := self.stale(size, after, until):
            after = batch[-1].generation
            yield batch

    def _level(self) -> sa.ScalarSelect[int]:
        """The generation up to which the derived stores hold everything."""
        here = sa.select(DELIVERED.c.generation).where(DELIVERED.c.store == self.store)
        return sa.select(sa.func.coalesce(here.scalar_subquery(), 0)).scalar_subquery()

    def _searchable(self) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
        """Conditions on photos that the derived stores must hold, and on those they may hold besides."""
        settled = PHOTO.c.generation <= self._level()
        as_read = PHOTO.c.id.not_in(sa.select(CORRECTED.c.photo_id))
        corrected = PHOTO.c.id.in_(sa.select(SHOWN_WORD.c.photo_id))
        worded = ((PHOTO.c.state == State.READ) & as_read) | corrected
        return settled & worded & PHOTO.c.orphaned_at.is_(None), ~settled

    def searchable(self) -> tuple[set[PhotoId], set[PhotoId]]:
        """Photos that the derived stores must hold, and those that they may hold besides.

        A photo that changed since it was indexed may be in there, with words of any time.
        """
        must, may = (
            {row.id for row in self._read(sa.select(PHOTO.c.id).where(part))}
            for part in self._searchable()
        )
        return must, may

    def count_searchable(self) -> tuple[int, int]:
        """Count the photos of both kinds, in one pass of the database."""
        [row] = self._read(
            sa.select(*(sa.func.count().filter(part) for part in self._searchable()))
        )
        return int(row[0]), int(row[1])

    def has_searchable(self) -> bool:
        """Whether there is a photo of either kind; a query asks, so none is counted."""
        kinds = (sa.exists(sa.select(PHOTO.c.id).where(part)) for part in self._searchable())
        return bool(self._read(sa.select(sa.or_(*kinds)))[0][0])

    def words(self, photos: Sequence[PhotoId]) -> dict[PhotoId, tuple[Word, ...]]:
        """Words of each photo that has any, in reading order."""
        found: dict[PhotoId, list[Word]] = defaultdict(list)
        for chunk in chunks(photos):
            words = sa.select(WORD).where(WORD.c.photo_id.in_(chunk))
            for row in self._read(words.order_by(WORD.c.photo_id, WORD.c.position)):
                found[row.photo_id].append(to_word(row))
        return {photo_id: tuple(words) for photo_id, words in found.items()}

    def lines(self, photos: Sequence[PhotoId]) -> dict[PhotoId, dict[WordIndex, int]]:
        """Line of each word of these photos."""
        found: dict[PhotoId, dict[WordIndex, int]] = defaultdict(dict)
        columns = WORD.c.photo_id, WORD.c.position, WORD.c.line
        for chunk in chunks(photos):
            for photo_id, position, line in self._read(
                sa.select(*columns).where(columns[0].in_(chunk))
            ):
                found[photo_id][position] = line
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

        `parts` are folded already. SIGNS within a reading do not matter.
        """
        text = sa.func.lower(WORD.c.alternatives)  # of ASCII only, so others are kept folded
        for sign in SIGNS:
            text = sa.func.replace(text, sign, "")
        text = sa.func.coalesce(WORD.c.folded, text)
        like = sa.or_(*(text.contains(part, autoescape=True) for part in parts))
        for chunk in chunks(photos):
            for row in self._read(sa.select(WORD).where(WORD.c.photo_id.in_(chunk), like)):
                yield row.photo_id, row.position, to_word(row)

    def words_at_line_ends(
        self, photos: Sequence[PhotoId], signs: str
    ) -> dict[PhotoId, dict[WordIndex, Word]]:
        """Words that end a line, and a reading of which ends with one of `signs`; with neighbours."""
        found: dict[PhotoId, dict[WordIndex, Word]] = defaultdict(dict)
        end, after = WORD.alias(), WORD.alias()
        ends = sa.select(end.c.photo_id, end.c.position).join(
            after,
            (after.c.photo_id == end.c.photo_id)
            & (after.c.position == end.c.position + 1)
            & (after.c.line > end.c.line),
        )
        said = end.c.text + "\t" + end.c.alternatives  # a tab ends each reading
        ends = ends.where(sa.or_(*(said.contains(f"{sign}\t") for sign in signs)))
        for chunk in chunks(photos):
            # of both, or a database looks through all words for one of them
            rows = self._read(ends.where(end.c.photo_id.in_(chunk), after.c.photo_id.in_(chunk)))
            near = [(r.photo_id, r.position + k) for r in rows for k in (-1, 0, 1)]
            for pairs in chunks(near):
                here = sa.tuple_(WORD.c.photo_id, WORD.c.position).in_(pairs)
                among = WORD.c.photo_id.in_({photo_id for photo_id, _ in pairs})
                for row in self._read(sa.select(WORD).where(among, here)):
                    found[row.photo_id][row.position] = to_word(row)
        return found

    def photos_within(
        self, *, since: datetime | None, until: datetime | None, folder: Path | None
    ) -> set[PhotoId]:
        """Photos taken in a half-open span that have a place below `folder`; None: any."""
        photos = sa.select(PHOTO.c.id).where(taken_between(since, until))
        if folder is None:
            return self._ids(photos.where(PHOTO.c.orphaned_at.is_(None)))
        with self._reading() as connection:
            within = Roots(connection).below(PLACE, folder)
            return set(connection.scalars(photos.join(PLACE).where(within)))

    def photos_fulfilling(self, field: Field, folder: Path | None = None) -> set[PhotoId]:
        """Photos that fulfil a field of a query, by one of their places below `folder`."""
        if field.name == "date":
            since, until = date_span(field.value)
            return self.photos_within(since=since, until=until, folder=folder)
        places = sa.select(RAW_ROOT, PLACE.c.path, PLACE.c.photo_id).join(ROOT)
        places = places.where(may_match(field, self._engine.dialect.name))
        matches = place_matcher(field)
        begins = cache(prefix)  # roots are few compared to places
        with self._reading() as connection:
            if folder is not None:
                places = places.where(Roots(connection).below(PLACE, folder))
            rows = connection.execute(places)
            return {photo_id for root, path, photo_id in rows if matches(begins(root) + path)}

    def photos(self, ids: Sequence[PhotoId], *, folder: Path | None = None) -> dict[PhotoId, Photo]:
        """Photos with their places below `folder`, without words; those without any are left out."""
        found: dict[PhotoId, Photo] = {}
        for chunk in chunks(ids):
            places = self._places_of(chunk, folder)
            rows = self._read(sa.select(PHOTO).where(PHOTO.c.id.in_(chunk)))
            found |= {row.id: to_photo(row, places[row.id]) for row in rows if row.id in places}
        return found

    def photo_at(self, path: Path) -> Photo | None:
        """The photo that `path` holds, with its words; None if the catalog has none."""
        with self._reading() as connection:
            here = Roots(connection).at(PLACE, [path])
            photo_id = connection.scalar(sa.select(PLACE.c.photo_id).where(here))
        return self._whole(PHOTO.c.id == photo_id)

    def photo_with(self, content: str) -> Photo | None:
        """The photo of a content hash, with its words; None if it has no place in the catalog."""
        return self._whole(PHOTO.c.hash == content)

    def _whole(self, condition: sa.ColumnElement[bool]) -> Photo | None:
        for row in self._read(sa.select(PHOTO).where(condition)):
            if places := self._places_of([row.id], None).get(row.id):
                return to_photo(row, places, self.words([row.id]).get(row.id, ()))
        return None

    def counts(self) -> dict[str, int]:
        """Count photos by state, and words."""
        away = sa.select(ROOT.c.id).where(ROOT.c.offline)
        seen = sa.func.max(sa.case((PLACE.c.root_id.in_(away), 0), else_=1)).label("seen")
        placed = sa.select(PHOTO.c.state, seen).join(PLACE).group_by(PHOTO.c.id, PHOTO.c.state)
        part = placed.subquery()
        counts = dict.fromkeys(State, 0)
        for state, there, number in self._read(
            sa.select(part.c.state, part.c.seen, sa.func.count()).group_by(*part.c)
        ):
            counts[State(state) if there else State.OFFLINE] += number
        counts[State.FAILED] = len(self.failures())
        as_read = READ_WORD.c.photo_id.not_in(sa.select(CORRECTED.c.photo_id))
        words = 0
        for table, which in ((READ_WORD, as_read), (SHOWN_WORD, sa.true())):
            number = sa.select(sa.func.count()).select_from(table.join(PHOTO))
            words += self._read(number.where(PHOTO.c.orphaned_at.is_(None), which))[0][0]
        return {str(state): n for state, n in counts.items()} | {"words": words}

    def _places_of(self, ids: Sequence[PhotoId], folder: Path | None) -> dict[PhotoId, list[Path]]:
        places: dict[PhotoId, list[Path]] = defaultdict(list)
        found = sa.select(RAW_ROOT, PLACE.c.photo_id, PLACE.c.path).join(ROOT)
        found = found.where(PLACE.c.photo_id.in_(ids))
        with self._reading() as connection:
            if folder is not None:
                found = found.where(Roots(connection).below(PLACE, folder))
            for row in connection.execute(found):
                places[row.photo_id].append(full(row.raw_root, row.path))
        return {photo_id: sorted(files) for photo_id, files in places.items()}
