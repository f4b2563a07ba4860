"""Conversion of rows to values and back, and statements that several writes share.

Private to `catalog`.
"""

from __future__ import annotations

import struct
from dataclasses import asdict
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa

from indexer.catalog.schema import CHANGE, CORRECTION, ENGINE, FAILURE, PHOTO, PLACE, REPLACED
from indexer.entities import Box, Photo, Stamp, State, Word
from indexer.query.indexed_words import tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from indexer.catalog.roots import Roots
    from indexer.entities import Corners, EngineId, PhotoId

T = TypeVar("T")

CORNERS = struct.Struct("<8f")


def chunks(items: Sequence[T], size: int = 500) -> Iterator[Sequence[T]]:
    """Split items so that each piece fits the number of parameters a statement may have."""
    return (items[i : i + size] for i in range(0, len(items), size))


def touch(connection: sa.Connection, ids: Sequence[PhotoId], **values: object) -> None:
    """Change photos, as the change that is being written, so that the derived stores follow."""
    now = sa.select(CHANGE.c.number).scalar_subquery()
    connection.execute(sa.update(PHOTO).where(PHOTO.c.id.in_(ids)).values(generation=now, **values))


def stamp_values(stamp: Stamp) -> dict[str, object]:
    """Values of the columns that hold a stamp."""
    return asdict(stamp)


def to_stamp(row: Any) -> Stamp:  # noqa: ANN401 - a row
    """Convert a row of PLACE or FAILURE."""
    return Stamp(row.size, row.mtime_ns, row.ctime_ns, row.device, row.inode)


def drop_places(connection: sa.Connection, roots: Roots, paths: Sequence[Path], now: float) -> None:
    """Delete files; photos left without a place are marked as orphaned at `now`."""
    for chunk in chunks(paths):
        here = roots.at(PLACE, chunk)
        ids = list(connection.scalars(sa.select(PLACE.c.photo_id).where(here)))
        connection.execute(sa.delete(PLACE).where(here))
        placed = set(
            connection.scalars(sa.select(PLACE.c.photo_id).where(PLACE.c.photo_id.in_(ids)))
        )
        orphans = [photo_id for photo_id in ids if photo_id not in placed]
        if orphans:
            touch(connection, orphans, orphaned_at=now)


def put_place(
    connection: sa.Connection, roots: Roots, path: Path, stamp: Stamp, content: str, now: float
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
        connection.execute(sa.delete(FAILURE).where(roots.at(FAILURE, [path])))
    row = {"photo_id": photo_id, **stamp_values(stamp)}
    here = roots.at(PLACE, [path])
    before = connection.scalar(sa.select(PLACE.c.photo_id).where(here))
    if before == photo_id:
        connection.execute(sa.update(PLACE).where(here).values(row))
        return state
    if before is not None:
        if known is None:
            _note_replaced(connection, before, content)
        drop_places(connection, roots, [path], now)
    connection.execute(sa.insert(PLACE).values(row | roots.key(path)))
    return state


def _note_replaced(connection: sa.Connection, former: PhotoId, content: str) -> None:
    """Record that a new photo took the place of one that was corrected."""
    corrected = sa.exists().where(CORRECTION.c.photo_hash == PHOTO.c.hash)
    hashes = connection.scalars(sa.select(PHOTO.c.hash).where(PHOTO.c.id == former, corrected))
    for name in hashes.all():
        here = (REPLACED.c.photo_hash == content) & (REPLACED.c.former_hash == name)
        connection.execute(sa.delete(REPLACED).where(here))  # it was here before
        connection.execute(sa.insert(REPLACED).values(photo_hash=content, former_hash=name))


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
            "corners": packed(word.corners),
            "folded": folded_readings([text for text, _ in word.alternatives]),
        }
        for position, word in enumerate(words)
    ]


def folded_readings(texts: Iterable[str]) -> str | None:
    """Folded letters and digits of readings, each after a tab; None if a database can fold them."""
    texts = tuple(texts)
    if all(map(str.isascii, texts)):
        return None
    return "".join("\t" + "".join(tokens(text)) for text in texts)


def to_word(row: sa.Row[tuple[object, ...]]) -> Word:
    """Convert a row of WORD, or of a table with its columns."""
    parts = row.alternatives.split("\t") if row.alternatives else []
    return Word(
        Box(row.left, row.top, row.right, row.bottom),
        row.line,
        row.text,
        row.confidence,
        tuple((text, float(p)) for text, p in zip(parts[::2], parts[1::2], strict=True)),
        row.posteriorgram,
        unpacked(row.corners),
        row.by,
        row.correction,
    )


def packed(corners: Corners) -> bytes | None:
    """Four points as eight single-precision floats, little-endian; None for none."""
    return CORNERS.pack(*chain.from_iterable(corners)) if corners else None


def unpacked(points: bytes | None) -> Corners:
    """Four points as `packed` gives them."""
    numbers = CORNERS.unpack(points) if points else ()
    return tuple(zip(numbers[::2], numbers[1::2], strict=True))


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
        row.generation,
    )
