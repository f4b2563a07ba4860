"""Statements that several writes of corrections share. Private to `catalog`."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from indexer.catalog.correction_reader import read_words, to_correction
from indexer.catalog.rows import chunks, packed, touch, word_rows
from indexer.catalog.schema import (
    CHANGE,
    CHECKED,
    CORRECTED,
    CORRECTION,
    EDGES,
    PHOTO,
    REPLACED,
    SHOWN_WORD,
    WORD,
)
from indexer.corrections.carried import carried
from indexer.corrections.correction import Correction, CorrectionKind
from indexer.corrections.effective import MIN_IOU, effective, iou, seen_at
from indexer.entities import Box

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from indexer.entities import Word


def note_corrected(connection: sa.Connection) -> None:
    """Note that this change writes corrections or checks; the daily copy follows that."""
    connection.execute(sa.update(CHANGE).values(corrections=CHANGE.c.number))


def known_uids(connection: sa.Connection, uids: Sequence[str]) -> set[str]:
    """Those of these that a correction has."""
    known: set[str] = set()
    for chunk in chunks(uids):
        known.update(
            connection.scalars(sa.select(CORRECTION.c.uid).where(CORRECTION.c.uid.in_(chunk)))
        )
    return known


def add(
    connection: sa.Connection, corrections: Iterable[Correction], *, said_now: bool = False
) -> list[Correction]:
    """Add corrections that are new, each once, and change the words of their photos; returns them.

    With `said_now`, none counts as made before what there is of its photo.
    """
    new = list({c.uid: c for c in corrections}.values())
    seen = {content: _Seen.of(connection, content) for content in {c.content for c in new}}
    new = [seen[c.content].in_place(c) for c in new]
    if said_now:
        latest = _latest(connection, seen.keys())
        new = [
            replace(c, created_at=max(c.created_at, latest.get(c.content, c.created_at)))
            for c in new
        ]
    insert(connection, new)
    return new


def insert(connection: sa.Connection, new: Collection[Correction]) -> None:
    """Add corrections as they are, and change the words of their photos."""
    if new:
        connection.execute(sa.insert(CORRECTION), list(map(row_of, new)))
        show(connection, {c.content for c in new})


@dataclass(frozen=True)
class _Seen:
    """What stands on a photo before corrections are added: words of the engine, and boxes that were drawn."""

    read: Sequence[Word]
    drawn: Sequence[Box]

    @classmethod
    def of(cls, connection: sa.Connection, content: str) -> _Seen:
        """That of the photo with a content hash."""
        photo = connection.scalar(sa.select(PHOTO.c.id).where(PHOTO.c.hash == content))
        counts = (CORRECTION.c.kind == CorrectionKind.DRAWN) & CORRECTION.c.undone_at.is_(None)
        edges = sa.select(*(CORRECTION.c[name] for name in EDGES))
        drawn = connection.execute(edges.where(CORRECTION.c.photo_hash == content, counts))
        read = () if photo is None else read_words(connection, photo)
        return cls(read, [Box(*row) for row in drawn])

    def in_place(self, correction: Correction) -> Correction:
        """A correction with what the engine reads there, if its photo was read.

        What is said of a drawn box is drawn too: the box is not one of the engine's.
        """
        if correction.text and any(iou(box, correction.box) >= MIN_IOU for box in self.drawn):
            correction = replace(correction, kind=CorrectionKind.DRAWN)
        word = seen_at(correction.box, self.read)
        if word is None:
            return correction
        return replace(correction, seen_text=word.text, seen_confidence=word.confidence)


def _latest(connection: sa.Connection, contents: Collection[str]) -> dict[str, float]:
    """When the last correction of each of these photos was made."""
    found: dict[str, float] = {}
    for chunk in chunks(sorted(contents)):
        latest = sa.select(CORRECTION.c.photo_hash, sa.func.max(CORRECTION.c.created_at))
        here = latest.where(CORRECTION.c.photo_hash.in_(chunk))
        found |= {
            row[0]: row[1] for row in connection.execute(here.group_by(CORRECTION.c.photo_hash))
        }
    return found


def show(connection: sa.Connection, contents: Collection[str]) -> None:
    """Make the words of photos anew from what was read on them and from their corrections."""
    for content in sorted(contents):
        photo = connection.execute(sa.select(PHOTO).where(PHOTO.c.hash == content)).first()
        if photo is None:  # its corrections are kept until it comes back
            continue
        of_photo = CORRECTION.c.photo_hash == content
        rows = connection.execute(sa.select(CORRECTION).where(of_photo).order_by(CORRECTION.c.id))
        corrections = [c for c in map(to_correction, rows) if c.undone_at is None]
        for table in (SHOWN_WORD, CORRECTED):
            connection.execute(sa.delete(table).where(table.c.photo_id == photo.id))
        touch(connection, [photo.id])
        if not corrections:
            continue
        read = read_words(connection, photo.id)
        words = effective(read, (photo.width, photo.height), corrections).words
        connection.execute(sa.insert(CORRECTED).values(photo_id=photo.id))
        if words:
            authors = [{"by": word.by, "correction": word.correction} for word in words]
            shown = [
                {**row, **author}
                for row, author in zip(word_rows(photo.id, words), authors, strict=True)
            ]
            connection.execute(sa.insert(SHOWN_WORD), shown)


def uncheck_unsaid(
    connection: sa.Connection, contents: Collection[str], now: float, *, without_any: bool = False
) -> None:
    """Let photos not be checked any more that show a word which no correction says.

    With `without_any`, so are those without any correction.
    """
    unsaid = (
        sa.select(PHOTO.c.hash)
        .join(WORD, WORD.c.photo_id == PHOTO.c.id)
        .where(WORD.c.correction == "")
    )
    told = sa.exists().where(CORRECTION.c.photo_hash == CHECKED.c.photo_hash)
    for chunk in chunks(sorted(contents)):
        here = CHECKED.c.photo_hash.in_(chunk) & CHECKED.c.undone_at.is_(None)
        shows = CHECKED.c.photo_hash.in_(unsaid.where(PHOTO.c.hash.in_(chunk)))
        faulty = sa.or_(shows, ~told) if without_any else shows
        connection.execute(
            sa.update(CHECKED).where(here & faulty).values(undone_at=now, changed_at=now)
        )


def recheck(connection: sa.Connection, times: Collection[tuple[str, float]], now: float) -> None:
    """Let photos be checked again that an undoing unchecked, once all of that was redone.

    Args:
        connection: of the transaction.
        times: content hashes, and when corrections of these were undone that count again.
        now: seconds since 1970.

    """
    for content, at in sorted(times):
        left = sa.exists().where(CORRECTION.c.photo_hash == content, CORRECTION.c.undone_at == at)
        here = (CHECKED.c.photo_hash == content) & (CHECKED.c.undone_at == at)
        values = {"undone_at": None, "changed_at": now}
        connection.execute(sa.update(CHECKED).where(here, ~left).values(values))


def carry_over(connection: sa.Connection, content: str) -> None:
    """Let a photo that was just read have the corrections of the one that it took the place of."""
    former = sa.select(REPLACED.c.former_hash).where(REPLACED.c.photo_hash == content)
    rows = connection.execute(
        sa.select(CORRECTION).where(CORRECTION.c.photo_hash.in_(former)).order_by(CORRECTION.c.id)
    )
    corrections = list(map(to_correction, rows))
    if not corrections:
        return
    photo = connection.execute(sa.select(PHOTO).where(PHOTO.c.hash == content)).one()
    read = read_words(connection, photo.id)
    known = set(
        connection.scalars(sa.select(CORRECTION.c.uid).where(CORRECTION.c.photo_hash == content))
    )
    made = carried(corrections, read, content, (photo.width, photo.height))
    new = [row_of(c) for c in made if c.uid not in known]
    if new:
        note_corrected(connection)
        connection.execute(sa.insert(CORRECTION), new)


def confirmed(word: Word, photo: Any, device: str, now: float) -> Correction:  # noqa: ANN401 - a row
    """The correction that says that a word is as it was read."""
    return Correction(
        uid=uuid.uuid4().hex,
        content=photo.hash,
        size=(photo.width, photo.height),
        box=word.box,
        text=word.text,
        kind=CorrectionKind.CONFIRMED,
        created_at=now,
        corners=word.corners,
        seen_text=word.text,
        seen_confidence=word.confidence,
        device=device,
    )


def row_of(correction: Correction) -> dict[str, object]:
    """Make a row of CORRECTION."""
    box = correction.box
    return {
        "uid": correction.uid,
        "photo_hash": correction.content,
        "width": correction.size[0],
        "height": correction.size[1],
        "left": box.left,
        "top": box.top,
        "right": box.right,
        "bottom": box.bottom,
        "corners": packed(correction.corners),
        "text": correction.text,
        "by": correction.by,
        "device": correction.device,
        "kind": correction.kind,
        "seen_text": correction.seen_text,
        "seen_confidence": correction.seen_confidence,
        "created_at": correction.created_at,
        "undone_at": correction.undone_at,
        "changed_at": correction.changed_at,
    }
