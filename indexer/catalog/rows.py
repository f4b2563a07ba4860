"""Conversion of rows to values and back, and statements that several writes share.

Private to `catalog`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import sqlalchemy as sa

from indexer.catalog.schema import ENGINE, FAILURE, PHOTO, PLACE
from indexer.entities import Box, Photo, State, Word

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from indexer.entities import EngineId, PhotoId, Stamp

T = TypeVar("T")


def chunks(items: Sequence[T], size: int = 500) -> Iterator[Sequence[T]]:
    """Split items so that each piece fits the number of parameters a statement may have."""
    return (items[i : i + size] for i in range(0, len(items), size))


def touch(connection: sa.Connection, ids: Sequence[PhotoId], **values: object) -> None:
    """Change photos, and raise their generation so that the derived stores follow."""
    connection.execute(
        sa.update(PHOTO)
        .where(PHOTO.c.id.in_(ids))
        .values(generation=PHOTO.c.generation + 1, **values)
    )


def drop_places(connection: sa.Connection, paths: Sequence[Path], now: float) -> None:
    """Delete files; photos left without a place are marked as orphaned at `now`."""
    for chunk in chunks(paths):
        here = sa.select(PLACE.c.photo_id).where(PLACE.c.path.in_(chunk))
        ids = list(connection.scalars(here))
        connection.execute(sa.delete(PLACE).where(PLACE.c.path.in_(chunk)))
        placed = set(
            connection.scalars(sa.select(PLACE.c.photo_id).where(PLACE.c.photo_id.in_(ids)))
        )
        orphans = [photo_id for photo_id in ids if photo_id not in placed]
        if orphans:
            touch(connection, orphans, orphaned_at=now)


def put_place(
    connection: sa.Connection, path: Path, stamp: Stamp, content: str, now: float
) -> State:
    """Record that `path` holds the photo with this content hash; returns that photo's state."""
    known = connection.execute(
        sa.select(PHOTO.c.id, PHOTO.c.state, PHOTO.c.orphaned_at).where(PHOTO.c.hash == content)
    ).first()
    if known is None:
        made = connection.execute(sa.insert(PHOTO).values(hash=content, state=State.PENDING))
        photo_id, state = made.inserted_primary_key[0], State.PENDING  # type: ignore[index]
    else:
        photo_id, state = known.id, State(known.state)
        if known.orphaned_at is not None:
            touch(connection, [photo_id], orphaned_at=None)
    if state is not State.PENDING:  # whatever was wrong with this file is over
        connection.execute(sa.delete(FAILURE).where(FAILURE.c.path == path))
    row = {"photo_id": photo_id, "size": stamp.size, "mtime_ns": stamp.mtime_ns}
    before = connection.scalar(sa.select(PLACE.c.photo_id).where(PLACE.c.path == path))
    if before == photo_id:
        connection.execute(sa.update(PLACE).where(PLACE.c.path == path).values(row))
        return state
    if before is not None:
        drop_places(connection, [path], now)
    connection.execute(sa.insert(PLACE).values(row | {"path": path}))
    return state


def engine_id(connection: sa.Connection, engine: EngineId, *, empty: bool) -> int:
    """Return the number of an engine that read a photo, which is added if it is new."""
    fingerprint = engine.of_empty if empty else engine.fingerprint
    known: int | None = connection.scalar(
        sa.select(ENGINE.c.id).where(ENGINE.c.fingerprint == fingerprint)
    )
    if known is not None:
        return known
    row = {"fingerprint": fingerprint, "alphabet": engine.alphabet}
    made = connection.execute(sa.insert(ENGINE).values(row)).inserted_primary_key
    return int(made[0])  # type: ignore[index]


def word_rows(photo_id: PhotoId, words: Sequence[Word]) -> list[Mapping[str, object]]:
    """Make rows of WORD of the words of a photo."""
    return [
        {
            "photo_id": photo_id,
            "position": position,
            "line": word.line,
            "left": word.box.left,
            "top": word.box.top,
            "right": word.box.right,
            "bottom": word.box.bottom,
            "text": word.text,
            "confidence": round(word.confidence, 4),
            # texts hold no white space, so one tab-separated string is compact and unambiguous
            "alternatives": "\t".join(f"{text}\t{p:.3g}" for text, p in word.alternatives),
            "posteriorgram": word.posteriorgram,
        }
        for position, word in enumerate(words)
    ]


def to_word(row: sa.Row[tuple[object, ...]]) -> Word:
    """Convert a row of WORD."""
    parts = row.alternatives.split("\t") if row.alternatives else []
    return Word(
        Box(row.left, row.top, row.right, row.bottom),
        row.line,
        row.text,
        row.confidence,
        tuple((text, float(p)) for text, p in zip(parts[::2], parts[1::2], strict=True)),
        row.posteriorgram,
    )


def to_photo(
    row: sa.Row[tuple[object, ...]], places: Sequence[Path], words: tuple[Word, ...] = ()
) -> Photo:
    """Convert a row of PHOTO, with the places and words of the photo."""
    return Photo(
        row.id,
        row.hash,
        State(row.state),
        row.width,
        row.height,
        row.taken,
        tuple(places),
        words,
    )
