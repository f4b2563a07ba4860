"""States of exported corrections and checks, of which the later one counts. Private to `catalog`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from indexer.catalog.correction_reader import to_check, to_correction
from indexer.catalog.rows import chunks
from indexer.catalog.schema import CHECKED, CORRECTION
from indexer.corrections.correction import last_change

if TYPE_CHECKING:
    from collections.abc import Sequence

    from indexer.corrections.correction import Correction, PhotoCheck


@dataclass(frozen=True)
class Taken:
    """What was taken in.

    Attributes:
        new: corrections that were not known.
        changed: known ones that were undone or redone.
        checked: checks of photos that are new, or were undone or redone.

    """

    new: list[Correction]
    changed: list[Correction]
    checked: list[PhotoCheck]


def take_states(connection: sa.Connection, given: Sequence[Correction]) -> list[Correction]:
    """Undo or redo known corrections, if that happened after what happened to them here; returns these."""
    known: dict[str, Correction] = {}
    for chunk in chunks([c.uid for c in given]):
        rows = connection.execute(sa.select(CORRECTION).where(CORRECTION.c.uid.in_(chunk)))
        known |= {row.uid: to_correction(row) for row in rows}
    changed = []
    for correction in given:
        here = known[correction.uid]
        if last_change(correction) <= last_change(here):
            continue
        state = {"undone_at": correction.undone_at, "changed_at": correction.changed_at}
        connection.execute(sa.update(CORRECTION).where(CORRECTION.c.uid == here.uid).values(state))
        if (here.undone_at is None) != (correction.undone_at is None):
            changed.append(correction)
    return changed


def take_checks(connection: sa.Connection, given: Sequence[PhotoCheck]) -> list[PhotoCheck]:
    """Check or uncheck photos, if that happened after what happened to them here; returns what changed."""
    changed = []
    for check in given:
        of_photo = CHECKED.c.photo_hash == check.content
        row = connection.execute(sa.select(CHECKED).where(of_photo)).first()
        here = None if row is None else to_check(row)
        if here is not None and last_change(check) <= last_change(here):
            continue
        connection.execute(sa.delete(CHECKED).where(of_photo))
        values = {
            "photo_hash": check.content,
            "created_at": check.created_at,
            "undone_at": check.undone_at,
            "changed_at": check.changed_at,
        }
        connection.execute(sa.insert(CHECKED).values(values))
        if (here is None or here.undone_at is not None) == (check.undone_at is None):
            changed.append(check)
    return changed
