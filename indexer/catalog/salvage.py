"""Corrections out of a damaged catalog: what SQLite still gives, and what is left on its pages.

Nothing of the home folder is changed: a copy is read. The form of the pages is that of
https://www.sqlite.org/fileformat2.html.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
import struct
import tempfile
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple

from indexer import reports
from indexer.catalog.correction_reader import to_check, to_correction
from indexer.catalog.schema import CHECKED, CORRECTION
from indexer.corrections.report import check_json, correction_json, parsed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from indexer.corrections.correction import Correction, PhotoCheck

_NEWER = "changed_at"
"""The column that catalogs lack which an earlier version has left."""

_COLUMNS = [column.name for column in CORRECTION.columns if column.name != "ink"]
"""All columns but the last one, which is large and may lie on other pages."""

_CHECK_COLUMNS = [column.name for column in CHECKED.columns]

_LAYOUTS: dict[int, Sequence[str]] = {
    len(_COLUMNS) + 1: _COLUMNS,
    len(_COLUMNS): [name for name in _COLUMNS if name != _NEWER],
    len(_CHECK_COLUMNS): _CHECK_COLUMNS,
    len(_CHECK_COLUMNS) - 1: [name for name in _CHECK_COLUMNS if name != _NEWER],
}
"""Columns that are read of a row, by how many it has: as this version writes it, and the one before."""

_HEX = re.compile("[0-9a-f]{32}")
_LEAF = 0x0D
_WAL_HEADER, _FRAME_HEADER = 32, 24
_INTEGER_BYTES = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}


class Saved(NamedTuple):
    """What was saved: corrections in the order of their numbers, and checks of photos."""

    corrections: list[Correction]
    checks: list[PhotoCheck]


@dataclass
class _Found:
    """What was found by now: corrections by uid, and checks by content hash."""

    corrections: dict[str, Correction] = field(default_factory=dict)
    checks: dict[str, PhotoCheck] = field(default_factory=dict)

    def take(self, row: Sequence[Any], columns: Sequence[str]) -> None:
        """Take a row, if it is a correction or a check that can be exported and imported again."""
        values = {_NEWER: None, **dict(zip(columns, row, strict=True))}
        if not all(
            _HEX.fullmatch(str(values[name])) for name in ("uid", "photo_hash") if name in columns
        ):
            return
        with suppress(ValueError, TypeError, OverflowError, struct.error):
            named = SimpleNamespace(**values)
            if "uid" in columns:
                correction = to_correction(named)
                if parsed([reports.dumps(correction_json(correction))]).corrections:
                    self.corrections[correction.uid] = correction
            else:
                check = to_check(named)
                if parsed([reports.dumps(check_json(check))]).checks:
                    self.checks[check.content] = check


def salvaged(database: Path) -> Saved:
    """All corrections and checks that can be read of an SQLite file, damaged or not.

    Raises:
        OSError: the file itself cannot be read.

    """
    with tempfile.TemporaryDirectory(prefix="ocrsearch-") as folder:
        copy = Path(folder, "catalog.db")
        log = database.with_name(f"{database.name}-wal")
        shutil.copyfile(database, copy)
        pages = [copy.read_bytes()]
        if log.is_file():
            shutil.copyfile(log, copy.with_name("catalog.db-wal"))
            pages += _frames(log.read_bytes())
        found, entire = _by_sqlite(copy)
    if not entire:
        more = _on_pages(pages)
        found.corrections = more.corrections | found.corrections
        found.checks = more.checks | found.checks
    ordered = sorted(found.corrections.values(), key=lambda each: (each.number, each.uid))
    return Saved(ordered, [found.checks[content] for content in sorted(found.checks)])


def _by_sqlite(database: Path) -> tuple[_Found, bool]:
    """What SQLite gives, and whether that is everything."""
    found = _Found()
    with suppress(sqlite3.Error), closing(sqlite3.connect(database)) as connection:
        entire = [
            # up to the damage from either end
            _collect(connection, table, columns, "", found)
            or _collect(connection, table, columns, "DESC", found)
            for table, columns in (("checked", _CHECK_COLUMNS), ("correction", _COLUMNS))
        ]
        return found, all(entire)
    return found, False


def _columns_of(connection: sqlite3.Connection, table: str, known: Sequence[str]) -> set[str]:
    """The columns of a table; all that are known if the file does not say."""
    with suppress(sqlite3.Error, UnicodeDecodeError):
        rows = connection.execute(f"PRAGMA table_info({table})").fetchall()
        return {row[1] for row in rows} or set(known)
    return set(known)


def _collect(
    connection: sqlite3.Connection, table: str, known: Sequence[str], order: str, found: _Found
) -> bool:
    """Take rows in an order of their numbers until one cannot be read; whether all could be."""
    there = _columns_of(connection, table, known)
    names = [name for name in known if name in there]
    listed = ", ".join(f'"{name}"' for name in names)
    query = f"SELECT {listed} FROM {table} ORDER BY rowid {order}"  # noqa: S608 - no input
    try:
        for row in connection.execute(query):
            found.take(row, names)
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        # a catalog of a time before there were corrections lacks nothing
        return "no such table" in str(error) and _has_photos(connection)
    return True


def _has_photos(connection: sqlite3.Connection) -> bool:
    with suppress(sqlite3.Error):
        connection.execute("SELECT 1 FROM photo LIMIT 1").fetchall()
        return True
    return False


# pages ---------------------------------------------------------------------------------------


def _frames(log: bytes) -> list[bytes]:
    """The pages of a write-ahead log, in the order in which they were written."""
    size = _page_size(log[8:12][-2:] if log[8:10] == b"\0\0" else b"")
    step = _FRAME_HEADER + size
    return [
        log[start + _FRAME_HEADER : start + step]
        for start in range(_WAL_HEADER, len(log) - step + 1, step)
    ]


def _page_size(two_bytes: bytes) -> int:
    """The size of pages in a header; that of new databases if the header is damaged."""
    size = int.from_bytes(two_bytes, "big")
    if size == 1:
        return 65_536
    return size if size in {512 << k for k in range(7)} else 4096


def _on_pages(files: Sequence[bytes]) -> _Found:
    """Rows on all leaf pages, also on those that no other page leads to any more."""
    found = _Found()
    size = _page_size(files[0][16:18])
    for file in files:
        for start in range(0, len(file), size):
            page = file[start : start + size]
            begin = 100 if start == 0 and file is files[0] else 0
            if len(page) > begin + 8 and page[begin] == _LEAF:
                for row, columns in _rows(page, begin):
                    found.take(row, columns)
    return found


def _rows(page: bytes, begin: int) -> Iterator[tuple[list[Any], Sequence[str]]]:
    """Rows with as many columns as a correction or a check has, as far as they lie on the page."""
    count = int.from_bytes(page[begin + 3 : begin + 5], "big")
    for place in range(begin + 8, min(begin + 8 + 2 * count, len(page) - 1), 2):
        at = int.from_bytes(page[place : place + 2], "big")
        with suppress(IndexError, ValueError, struct.error):
            _, at = _varint(page, at)
            number, at = _varint(page, at)
            row, columns = _record(page, at)
            if columns[0] == "id":  # of such a column the row itself has nothing
                row[0] = number
            yield row, columns


def _record(page: bytes, at: int) -> tuple[list[Any], Sequence[str]]:
    """The columns of a row, and their names; of a correction without the last one, its image.

    Raises:
        ValueError: it has another number of columns.

    """
    length, place = _varint(page, at)
    end, kinds = at + length, []
    while place < end:
        kind, place = _varint(page, place)
        kinds.append(kind)
    names = _LAYOUTS.get(len(kinds))
    if names is None:
        msg = "another table"
        raise ValueError(msg)
    values = []
    for kind in kinds[: len(names)]:
        value, end = _value(page, end, kind)
        values.append(value)
    return values, names


def _value(page: bytes, at: int, kind: int) -> tuple[Any, int]:
    """A value of a kind that its row's header gives, and where it ends. Raises ValueError."""
    if kind == 0:
        return None, at
    if kind in {8, 9}:
        return kind - 8, at
    size = _INTEGER_BYTES.get(kind, 8 if kind == 7 else (kind - 12) // 2)
    content = page[at : at + size]
    if len(content) != size or kind in {10, 11}:
        msg = "a value goes on elsewhere"
        raise ValueError(msg)
    if kind in _INTEGER_BYTES:
        return int.from_bytes(content, "big", signed=True), at + size
    if kind == 7:
        return struct.unpack(">d", content)[0], at + size
    return (content.decode() if kind % 2 else content), at + size


def _varint(page: bytes, at: int) -> tuple[int, int]:
    """A number of one to nine bytes, and where it ends. Raises IndexError."""
    number = 0
    for place in range(at, at + 8):
        number = number << 7 | page[place] & 0x7F
        if page[place] < 0x80:
            return number, place + 1
    return number << 8 | page[at + 8], at + 9
