"""Queries for looking through all photos: by folder and date, newest first. Private to `catalog`."""

from __future__ import annotations

import os
from collections import Counter
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

import sqlalchemy as sa

from indexer.catalog.conditions import taken_between
from indexer.catalog.correction_reader import CorrectionReader, read_words
from indexer.catalog.roots import RAW_ROOT, Roots, full
from indexer.catalog.rows import chunks
from indexer.catalog.schema import CHECKED, FAILURE, PHOTO, PLACE, ROOT, WORD
from indexer.corrections.correction import is_held_out
from indexer.entities import State

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from indexer.entities import PhotoId, Word

UNDATED = datetime(1, 1, 1)  # noqa: DTZ001 - cameras know no zone
"""Stands for the time of photos that have none: they come last."""


class Browsing(CorrectionReader):
    """Photos in the order in which people look through them, and the folders that hold them."""

    def newest(
        self,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        folder: Path | None = None,
        state: State | None = None,
        after: tuple[datetime, int] | None = None,
        limit: int,
    ) -> list[tuple[datetime, PhotoId]]:
        """Time and number of photos, newest first, those without a date last.

        Args:
            since: taken then or later; None: any.
            until: taken before; None: any.
            folder: with a place below it.
            state: of this state.
            after: begin behind this one, as an earlier answer had it.
            limit: so many at most.

        """
        taken = sa.func.coalesce(PHOTO.c.taken, UNDATED, type_=sa.DateTime)
        wanted = sa.select(taken.label("taken"), PHOTO.c.id)
        wanted = wanted.where(PHOTO.c.orphaned_at.is_(None), taken_between(since, until))
        if state is not None:
            wanted = wanted.where(PHOTO.c.state == state)
        if after is not None:
            place = sa.tuple_(sa.literal(after[0], sa.DateTime), sa.literal(after[1]))
            wanted = wanted.where(sa.tuple_(taken, PHOTO.c.id) < place)
        with self._reading() as connection:
            if folder is not None:
                within = Roots(connection).below(PLACE, folder)
                wanted = wanted.where(PHOTO.c.id.in_(sa.select(PLACE.c.photo_id).where(within)))
            wanted = wanted.order_by(taken.desc(), PHOTO.c.id.desc()).limit(limit)
            return [(row.taken, row.id) for row in connection.execute(wanted)]

    def held_out(self, limit: int) -> list[tuple[PhotoId, str]]:
        """Numbers and content hashes of held-out photos that nobody has checked, newest first."""
        taken = sa.func.coalesce(PHOTO.c.taken, UNDATED, type_=sa.DateTime)
        checked = sa.select(CHECKED.c.photo_hash).where(CHECKED.c.undone_at.is_(None))
        wanted = (
            sa.select(PHOTO.c.id, PHOTO.c.hash)
            .where(PHOTO.c.orphaned_at.is_(None), PHOTO.c.state == State.READ)
            .where(PHOTO.c.hash.not_in(checked))
            .order_by(taken.desc(), PHOTO.c.id.desc())
        )
        with self._reading() as connection:  # row by row: there are many
            rows = ((row.id, row.hash) for row in connection.execute(wanted))
            return list(islice((row for row in rows if is_held_out(row[1])), limit))

    def count_words(self, photos: Sequence[PhotoId]) -> dict[PhotoId, int]:
        """Words on each of these photos that has any."""
        found: dict[PhotoId, int] = {}
        for chunk in chunks(photos):
            count = sa.select(WORD.c.photo_id, sa.func.count()).where(WORD.c.photo_id.in_(chunk))
            found |= {row[0]: int(row[1]) for row in self._read(count.group_by(WORD.c.photo_id))}
        return found

    def count_files(self) -> dict[Path, int]:
        """Files of photos directly in each folder that has any."""
        files = sa.select(RAW_ROOT, PLACE.c.path).join(ROOT)
        with self._reading() as connection:  # row by row: there are many
            counts = Counter(
                (root, path.rpartition(b"/")[0]) for root, path in connection.execute(files)
            )
        return {full(root, below): number for (root, below), number in counts.items()}

    def photos_called(self, names: Collection[str]) -> dict[str, set[PhotoId]]:
        """Photos by those of `names` that are their file names, with or without ending."""
        found: dict[str, set[PhotoId]] = {}
        with self._reading() as connection:  # row by row: there are many
            for path, photo in connection.execute(sa.select(PLACE.c.path, PLACE.c.photo_id)):
                name = os.fsdecode(path.rpartition(b"/")[2])
                for called in {name, name.rpartition(".")[0]}.intersection(names):
                    found.setdefault(called, set()).add(photo)
        return found

    def places_with(self, contents: Collection[str]) -> dict[str, list[Path]]:
        """Files of those photos that have one of these content hashes and a place."""
        found: dict[str, list[Path]] = {}
        files = sa.select(PHOTO.c.hash, RAW_ROOT, PLACE.c.path).select_from(
            PLACE.join(PHOTO).join(ROOT)
        )
        for chunk in chunks(sorted(contents)):
            for row in self._read(files.where(PHOTO.c.hash.in_(chunk))):
                found.setdefault(row.hash, []).append(full(row.raw_root, row.path))
        return {content: sorted(places) for content, places in found.items()}

    def words_as_read(self, photo: PhotoId) -> tuple[Word, ...]:
        """The words that the engine read on a photo, in reading order, without corrections."""
        with self._reading() as connection:
            return read_words(connection, photo)

    def wanted_again(self) -> set[Path]:
        """Failed files that somebody asked to try again, as `Catalog.retry_now` notes it."""
        rows = self._read(
            sa.select(RAW_ROOT, FAILURE.c.path).join(ROOT).where(FAILURE.c.next_try <= 0)
        )
        return {full(row.raw_root, row.path) for row in rows}
