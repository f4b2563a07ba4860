"""Writes of corrections: who corrects need not be the process that reads photos."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import sqlalchemy as sa

from indexer.catalog import database, faults
from indexer.catalog.correction_reader import offered_by_former, to_correction
from indexer.catalog.correction_rows import (
    add,
    confirmed,
    insert,
    known_uids,
    note_corrected,
    recheck,
    show,
    uncheck_unsaid,
)
from indexer.catalog.queries import CatalogReader
from indexer.catalog.rows import chunks, to_word
from indexer.catalog.schema import (
    CHANGE,
    CHECKED,
    CORRECTION,
    EDGES,
    PHOTO,
    REPLACED,
    SKIPPED,
    WORD,
)
from indexer.catalog.taking_in import Taken, take_checks, take_states
from indexer.corrections.correction import NOT_READ, CorrectionKind, not_after
from indexer.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from indexer.corrections.correction import Correction, PhotoCheck
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

    @contextmanager
    def _correcting(self) -> Iterator[sa.Connection]:
        """A transaction that writes corrections or checks."""
        with self._writing() as connection:
            note_corrected(connection)
            yield connection

    def correct(self, corrections: Sequence[Correction]) -> list[Correction]:
        """Add corrections, and change the words of their photos; those with a known uid are left out.

        What each of them has seen is what the engine reads in its place, if anything. None counts as
        made before what the catalog has of its photo, whatever the clock says: it is said now.

        Returns:
            Those that are new.

        """
        with self._correcting() as connection:
            known = known_uids(connection, [c.uid for c in corrections])
            return add(connection, [c for c in corrections if c.uid not in known], said_now=True)

    def take_in(
        self, corrections: Sequence[Correction], checks: Sequence[PhotoCheck], now: float
    ) -> Taken:
        """Add exported corrections and checks of photos; of what is known, the later state counts.

        Times after `now` become `now`, so that a wrong clock elsewhere does not prevail over what is
        said here later.
        """
        corrections = [not_after(c, now) for c in corrections]
        with self._correcting() as connection:
            known = known_uids(connection, [c.uid for c in corrections])
            new = add(connection, [c for c in corrections if c.uid not in known])
            changed = take_states(connection, [c for c in corrections if c.uid in known])
            show(connection, {c.content for c in changed})
            checked = take_checks(connection, [not_after(c, now) for c in checks])
            undone = {c.content for c in changed if c.undone_at is not None}
            uncheck_unsaid(connection, undone, now)
        return Taken(new, changed, checked)

    def undo(self, uids: Collection[str], now: float) -> list[Correction]:
        """Let corrections not count from `now` on; what they replaced counts again.

        A photo that shows a word without a correction then is not checked any more.

        Returns:
            Those that counted before.

        """
        with self._correcting() as connection:
            changed = _marked(connection, uids, CORRECTION.c.undone_at.is_(None), now, undone=True)
            contents = {c.content for c in changed}
            show(connection, contents)
            uncheck_unsaid(connection, contents, now)
        return changed

    def redo(self, uids: Collection[str], now: float) -> list[Correction]:
        """Let corrections count again that were undone; returns these.

        A photo that was not checked any more because of an undoing is checked again, once all of
        that is redone.
        """
        with self._correcting() as connection:
            which = CORRECTION.c.undone_at.is_not(None)
            changed = _marked(connection, uids, which, now, undone=False)
            show(connection, {c.content for c in changed})
            recheck(connection, {(c.content, c.undone_at or 0.0) for c in changed}, now)
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
        with self._correcting() as connection:
            photo = connection.execute(sa.select(PHOTO).where(PHOTO.c.hash == content)).one()
            if not photo.width:
                raise UsageError(NOT_READ)
            if version not in {None, photo.generation}:
                return None
            shown = sa.select(WORD).where(WORD.c.photo_id == photo.id, WORD.c.correction == "")
            rows = connection.execute(shown.order_by(WORD.c.position))
            made = [confirmed(to_word(row), photo, device, now) for row in rows]
            insert(connection, made)
            of_photo = CHECKED.c.photo_hash == content
            counts = of_photo & CHECKED.c.undone_at.is_(None)
            if connection.execute(sa.select(CHECKED).where(counts)).first() is None:
                connection.execute(sa.delete(CHECKED).where(of_photo))
                connection.execute(sa.insert(CHECKED).values(photo_hash=content, created_at=now))
        return len(made)

    def uncheck(self, content: str, now: float) -> int | None:
        """Undo what `check` did, once or again; returns how many words it had confirmed, None for no check."""
        here = (CHECKED.c.photo_hash == content) & CHECKED.c.undone_at.is_(None)
        with self._correcting() as connection:
            at = connection.scalar(sa.select(CHECKED.c.created_at).where(here))
            if at is None:
                return None
            connection.execute(sa.update(CHECKED).where(here).values(undone_at=now, changed_at=now))
            by_check = (
                (CORRECTION.c.photo_hash == content)
                & (CORRECTION.c.kind == CorrectionKind.CONFIRMED)
                & (CORRECTION.c.created_at >= at)
                & CORRECTION.c.undone_at.is_(None)
            )
            count = connection.execute(
                sa.update(CORRECTION).where(by_check).values(undone_at=now, changed_at=now)
            ).rowcount
            show(connection, [content])
        return count

    def settle_former(self, content: str, *, take: bool) -> list[Correction]:
        """Take what `former` offers, or leave it; either way it is offered no more.

        Returns:
            What was taken.

        """
        with self._correcting() as connection:
            taken = add(connection, offered_by_former(connection, content)) if take else []
            connection.execute(sa.delete(REPLACED).where(REPLACED.c.photo_hash == content))
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

    def forget_corrections(self, uids: Collection[str], now: float) -> int:
        """Delete corrections for good; returns how many there were.

        Photos of which nothing is said any more, or not of all words, are not checked from `now` on.
        """
        gone: set[str] = set()
        count = 0
        with self._correcting() as connection:
            for chunk in chunks(list(uids)):
                here = CORRECTION.c.uid.in_(chunk)
                gone.update(connection.scalars(sa.select(CORRECTION.c.photo_hash).where(here)))
                count += connection.execute(sa.delete(CORRECTION).where(here)).rowcount
            show(connection, gone)
            uncheck_unsaid(connection, gone, now, without_any=True)
        return count


def _marked(
    connection: sa.Connection,
    uids: Collection[str],
    which: sa.ColumnElement[bool],
    now: float,
    *,
    undone: bool,
) -> list[Correction]:
    """Those of some corrections that are changed, as they were; they are undone or redone at `now`."""
    changed: list[Correction] = []
    for chunk in chunks(list(uids)):
        here = CORRECTION.c.uid.in_(chunk) & which
        changed += map(to_correction, connection.execute(sa.select(CORRECTION).where(here)))
        values = {"undone_at": now if undone else None, "changed_at": now}
        connection.execute(sa.update(CORRECTION).where(here).values(values))
    return changed
