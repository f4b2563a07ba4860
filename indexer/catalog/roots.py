"""Files by root and the path below it, as the tables keep them. Private to `catalog`.

A root that is renamed or moved to another machine is one row then. A file belongs to the innermost
root that it lies in, and one outside of all to the root without a path, with its whole path.
"""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from indexer.catalog.schema import FAILURE, PLACE, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

OUTSIDE = 0
"""Number of the root without a path."""

RAW_ROOT = sa.type_coerce(ROOT.c.path, sa.types.NullType()).label("raw_root")
"""The path of a root as the bytes that the database keeps, because making Paths is slow."""


def prefix(root: bytes) -> bytes:
    """What the path of every file of this root begins with."""
    return root.rstrip(b"/") + b"/" if root else b""


def full(root: bytes, path: bytes) -> Path:
    """The path of a file by that of its root, and that below it."""
    return Path(os.fsdecode(prefix(root) + path))


class Roots:
    """The roots as they are in one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """Read them."""
        rows = connection.execute(sa.select(ROOT.c.id, RAW_ROOT))
        self._ids = {prefix(row.raw_root): int(row.id) for row in rows}
        self._innermost_first = sorted(self._ids, key=len, reverse=True)

    def split(self, path: Path) -> tuple[int, bytes]:
        """The number of the innermost root of a file, and the path below it."""
        raw = os.fsencode(path)
        start = self._around(raw)
        return self._ids[start], raw[len(start) :]

    def key(self, path: Path) -> dict[str, object]:
        """The same as values of columns."""
        root_id, below = self.split(path)
        return {"root_id": root_id, "path": below}

    def at(self, table: sa.Table, paths: Sequence[Path]) -> sa.ColumnElement[bool]:
        """Rows of these files."""
        names: dict[int, list[bytes]] = defaultdict(list)
        for path in paths:
            root_id, name = self.split(path)
            names[root_id].append(name)
        return sa.or_(
            sa.false(),
            *((table.c.root_id == n) & table.c.path.in_(below) for n, below in names.items()),
        )

    def below(self, table: sa.Table, folder: Path) -> sa.ColumnElement[bool]:
        """Rows of files in this folder or below it; ranges, so that the index on paths serves them."""
        wanted = prefix(os.fsencode(folder))
        parts: list[sa.ColumnElement[bool]] = [sa.false()]
        for start, root_id in self._ids.items():
            here = table.c.root_id == root_id
            if start.startswith(wanted):
                parts.append(here)
            elif wanted.startswith(start):
                parts.append(here & _within(table, wanted[len(start) :]))
        return sa.or_(*parts)

    def settle(self, connection: sa.Connection, offline: Mapping[Path, bool]) -> None:
        """Record roots; others that lie below one of them merge into it, with their files."""
        wanted = {prefix(os.fsencode(path)): path for path in offline}
        for start in sorted(wanted, key=len):
            values = {"path": wanted[start], "offline": offline[wanted[start]]}
            if start in self._ids:
                same = ROOT.c.id == self._ids[start]
                connection.execute(sa.update(ROOT).where(same).values(values))
            else:
                self._insert(connection, start, values)
        for start in [s for s in self._innermost_first if s and s not in wanted]:
            around = max((w for w in wanted if start.startswith(w)), key=len, default=None)
            if around is not None:
                self._merge(connection, start)

    def _insert(
        self, connection: sa.Connection, start: bytes, values: Mapping[str, object]
    ) -> None:
        """Add a root, and take its files over from the one around it."""
        around = self._around(start)
        made: Any = connection.execute(sa.insert(ROOT).values(values)).inserted_primary_key
        self._put(start, int(made[0]))
        below = start[len(around) :]
        for table in (PLACE, FAILURE):
            connection.execute(
                sa.update(table)
                .where(table.c.root_id == self._ids[around], _within(table, below))
                .values(root_id=self._ids[start], path=sa.func.substr(table.c.path, len(below) + 1))
            )

    def _merge(self, connection: sa.Connection, start: bytes) -> None:
        """Delete a root, and give its files to the one around it."""
        root_id = self._ids.pop(start)
        self._innermost_first.remove(start)
        around = self._around(start)
        below = start[len(around) :]
        for table in (PLACE, FAILURE):
            # SQLite makes a text of two joined byte strings
            path = sa.cast(sa.literal(below).concat(table.c.path), sa.LargeBinary)
            connection.execute(
                sa.update(table)
                .where(table.c.root_id == root_id)
                .values(root_id=self._ids[around], path=path)
            )
        connection.execute(sa.delete(ROOT).where(ROOT.c.id == root_id))

    def _around(self, raw: bytes) -> bytes:
        return next(start for start in self._innermost_first if raw.startswith(start))

    def _put(self, start: bytes, root_id: int) -> None:
        self._ids[start] = root_id
        self._innermost_first = sorted(self._ids, key=len, reverse=True)


def _within(table: sa.Table, below: bytes) -> sa.ColumnElement[bool]:
    """Files whose path below their root begins with `below`, which ends in a slash, or is that."""
    after = below[:-1] + bytes([below[-1] + 1])
    return (table.c.path == below[:-1]) | ((table.c.path >= below) & (table.c.path < after))


def paths(rows: Iterable[sa.Row[Any]]) -> list[Path]:
    """Paths of rows with `raw_root` and `path`."""
    return [full(row.raw_root, row.path) for row in rows]
