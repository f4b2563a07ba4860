"""Writes of corrections: who corrects need not be the process that reads photos."""

from __future__ import annotations

import uuid
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from indexer.catalog import database, faults
from indexer.catalog.correction_reader import read_words, to_correction
from indexer.catalog.queries import CatalogReader
from indexer.catalog.rows import chunks, packed, to_word, touch, word_rows
from indexer.catalog.schema import (
    CHANGE,
    CHECKED,
    CORRECTED,
    CORRECTION,
    EDGES,
    PHOTO,
    REPLACED,
    SHOWN_WORD,
    SKIPPED,
    WORD,
)
from indexer.corrections.carried import carried
from indexer.corrections.correction import NOT_READ, Correction, CorrectionKind
from indexer.corrections.effective import MIN_IOU, effective, iou, seen_at
from indexer.entities import Box
from indexer.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from indexer.entities import Word


class CorrectableCatalog(CatalogReader):
    """An open catalog to read and to correct; several processes may do that at a time."""

    READING = False

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        """A transaction that writes; it raises the number of changes."""
        with faults.translated(self.url), database.writing(self._engine) as connection:
            connection.execute(sa.update(CHANGE).values(number=CHANGE.c.number + 1))
            yield connection

    def _write(self, *statements: sa.Executable) -> None:
        with self._writing() as connection:
            for statement in statements:
                connection.execute(statement)

    def correct(self, corrections: Sequence[Correction]) -> list[Correction]:
        """Add corrections, and change the words of their photos; those with a known uid are left out.

        What each of them has seen is what the engine reads in its place, if anything.

        Returns:
            Those that are new.

        """
        with self._writing() as connection:
            known: set[str] = set()
            for chunk in chunks([c.uid for c in corrections]):
                known.update(
                    connection.scalars(
                        sa.select(CORRECTION.c.uid).where(CORRECTION.c.uid.in_(chunk))
                    )
                )
            new = [
                _as_read(connection, c)
                for c in {c.uid: c for c in corrections if c.uid not in known}.values()
            ]
            if new:
                connection.execute(sa.insert(CORRECTION), list(map(_row, new)))
                show(connection, {c.content for c in new})
        return new

    def undo(self, uids: Collection[str], now: float) -> list[Correction]:
        """Let corrections not count from `now` on; what they replaced counts again.

        A photo that shows a word without a correction then is not checked any more.

        Returns:
            Those that counted before.

        """
        return self._set_undone(uids, CORRECTION.c.undone_at.is_(None), now)

    def redo(self, uids: Collection[str]) -> list[Correction]:
        """Let corrections count that were undone; returns these."""
        return self._set_undone(uids, CORRECTION.c.undone_at.is_not(None), None)

    def _set_undone(
        self, uids: Collection[str], which: sa.ColumnElement[bool], at: float | None
    ) -> list[Correction]:
        changed: list[Correction] = []
        with self._writing() as connection:
            for chunk in chunks(list(uids)):
                here = CORRECTION.c.uid.in_(chunk) & which
                changed += map(to_correction, connection.execute(sa.select(CORRECTION).where(here)))
                connection.execute(sa.update(CORRECTION).where(here).values(undone_at=at))
            contents = {c.content for c in changed}
            show(connection, contents)
            if at is not None:
                _uncheck_unsaid(connection, contents, at)
        return changed

    def check(self, content: str, version: int | None, device: str, now: float) -> int | None:
        """Record that the words of a photo are right as they are shown, all at once.

        Each that shows no correction gets one that confirms it, so that no later reading changes it.

        Args:
            content: content hash of the photo.
            version: of the photo as its words were looked at; None for as it is.
            device: the paired device that it came from; "" for this machine.
            now: seconds since 1970.

        Returns:
            How many words were confirmed; None if the words are others than those of `version`.

        Raises:
            UsageError: the photo was not read yet.

        """
        with self._writing() as connection:
            photo = connection.execute(sa.select(PHOTO).where(PHOTO.c.hash == content)).one()
            if not photo.width:
                raise UsageError(NOT_READ)
            if version not in {None, photo.generation}:
                return None
            shown = sa.select(WORD).where(WORD.c.photo_id == photo.id, WORD.c.correction == "")
            rows = connection.execute(shown.order_by(WORD.c.position))
            confirmed = [_confirmed(to_word(row), photo, device, now) for row in rows]
            if confirmed:
                connection.execute(sa.insert(CORRECTION), list(map(_row, confirmed)))
                show(connection, [content])
            of_photo = CHECKED.c.photo_hash == content
            counts = of_photo & CHECKED.c.undone_at.is_(None)
            if connection.execute(sa.select(CHECKED).where(counts)).first() is None:
                connection.execute(sa.delete(CHECKED).where(of_photo))
                connection.execute(sa.insert(CHECKED).values(photo_hash=content, created_at=now))
        return len(confirmed)

    def uncheck(self, content: str, now: float) -> int | None:
        """Undo what `check` did, once or again; returns how many words it had confirmed, None for no check."""
        here = (CHECKED.c.photo_hash == content) & CHECKED.c.undone_at.is_(None)
        with self._writing() as connection:
            at = connection.scalar(sa.select(CHECKED.c.created_at).where(here))
            if at is None:
                return None
            connection.execute(sa.update(CHECKED).where(here).values(undone_at=now))
            confirmed = (
                (CORRECTION.c.photo_hash == content)
                & (CORRECTION.c.kind == CorrectionKind.CONFIRMED)
                & (CORRECTION.c.created_at >= at)
                & CORRECTION.c.undone_at.is_(None)
            )
            count = connection.execute(
                sa.update(CORRECTION).where(confirmed).values(undone_at=now)
            ).rowcount
            show(connection, [content])
        return count

    def settle_former(self, content: str, *, take: bool) -> list[Correction]:
        """Take what `former` offers, or leave it; either way it is offered no more.

        Returns:
            What was taken.

        """
        taken = self.correct(self.former(content)) if take else []
        self._write(sa.delete(REPLACED).where(REPLACED.c.photo_hash == content))
        return taken

    def skip(self, content: str, word: Word) -> None:
        """Do not ask about a word of a photo again, as long as the same is read there."""
        edges = dict(zip(EDGES, word.box.as_list(), strict=True))
        said = {"photo_hash": content, "text": word.text, **edges}
        same = sa.and_(*(SKIPPED.c[name] == value for name, value in said.items()))
        self._write(sa.delete(SKIPPED).where(same), sa.insert(SKIPPED).values(said))

    def put_inks(self, inks: Mapping[str, bytes]) -> None:
        """Keep images of words, by the uids of the corrections that are about them."""
        rows = [{"of": uid, "cut": ink} for uid, ink in inks.items()]
        if not rows:
            return
        here = CORRECTION.c.uid == sa.bindparam("of")
        with self._writing() as connection:
            connection.execute(
                sa.update(CORRECTION).where(here).values(ink=sa.bindparam("cut")), rows
            )

    def forget_corrections(self, uids: Collection[str]) -> int:
        """Delete corrections for good; returns how many there were."""
        gone: set[str] = set()
        count = 0
        with self._writing() as connection:
            for chunk in chunks(list(uids)):
                here = CORRECTION.c.uid.in_(chunk)
                gone.update(connection.scalars(sa.select(CORRECTION.c.photo_hash).where(here)))
                count += connection.execute(sa.delete(CORRECTION).where(here)).rowcount
            show(connection, gone)
        return count


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


def _uncheck_unsaid(connection: sa.Connection, contents: Collection[str], now: float) -> None:
    """Let photos not be checked any more that show a word which no correction says."""
    unsaid = sa.select(PHOTO.c.hash).join(WORD, WORD.c.photo_id == PHOTO.c.id)
    for chunk in chunks(sorted(contents)):
        here = CHECKED.c.photo_hash.in_(chunk) & CHECKED.c.undone_at.is_(None)
        shows = CHECKED.c.photo_hash.in_(unsaid.where(WORD.c.correction == ""))
        connection.execute(sa.update(CHECKED).where(here & shows).values(undone_at=now))


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
    new = [_row(c) for c in made if c.uid not in known]
    if new:
        connection.execute(sa.insert(CORRECTION), new)


def _confirmed(word: Word, photo: Any, device: str, now: float) -> Correction:  # noqa: ANN401 - a row
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


def _as_read(connection: sa.Connection, correction: Correction) -> Correction:
    """The correction with what the engine reads there, if its photo was read.

    What is said of a drawn box is drawn too: the box is not one of the engine's.
    """
    if correction.text and any(
        iou(row, correction.box) >= MIN_IOU for row in _drawn(connection, correction.content)
    ):
        correction = replace(correction, kind=CorrectionKind.DRAWN)
    photo = connection.scalar(sa.select(PHOTO.c.id).where(PHOTO.c.hash == correction.content))
    read = () if photo is None else read_words(connection, photo)
    word = seen_at(correction.box, read)
    if word is None:
        return correction
    return replace(correction, seen_text=word.text, seen_confidence=word.confidence)


def _drawn(connection: sa.Connection, content: str) -> list[Box]:
    """The drawn boxes of a photo that count."""
    drawn = (CORRECTION.c.kind == CorrectionKind.DRAWN) & CORRECTION.c.undone_at.is_(None)
    edges = sa.select(*(CORRECTION.c[name] for name in EDGES))
    here = edges.where(CORRECTION.c.photo_hash == content, drawn)
    return [Box(*row) for row in connection.execute(here)]


def _row(correction: Correction) -> dict[str, object]:
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
    }
