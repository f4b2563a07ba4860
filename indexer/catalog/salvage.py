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
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from indexer import reports
from indexer.catalog.correction_reader import to_correction
from indexer.catalog.schema import CORRECTION
from indexer.corrections.report import correction_json, parsed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from indexer.corrections.correction import Correction

_COLUMNS = [column.name for column in CORRECTION.columns if column.name != "ink"]
"""All columns but the last one, which is large and may lie on other pages."""

_HEX = re.compile("[0-9a-f]{32}")
_LEAF = 0x0D
_WAL_HEADER, _FRAME_HEADER = 32, 24
_INTEGER_BYTES = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}


def salvaged(database: Path) -> list[Correction]:
    """All corrections that can be read of an SQLite file, damaged or not, in the order of their numbers.

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
        found = {**_on_pages(pages), **found}
    return sorted(found.values(), key=lambda correction: (correction.number, correction.uid))


def _by_sqlite(database: Path) -> tuple[dict[str, Correction], bool]:
    """What SQLite gives, by uid, and whether that is everything."""
    found: dict[str, Correction] = {}
    names = ", ".join(f'"{name}"' for name in _COLUMNS)
    rows = f"SELECT {names} FROM correction ORDER BY id"  # noqa: S608 - no input
    with suppress(sqlite3.Error), closing(sqlite3.connect(database)) as connection:
        # up to the damage from either end
        if _collect(connection, rows, found):
            return found, True
        _collect(connection, f"{rows} DESC", found)
    return found, False


def _collect(connection: sqlite3.Connection, query: str, found: dict[str, Correction]) -> bool:
    """Take rows until one cannot be read; whether all could be."""
    try:
        for row in connection.execute(query):
            _take(row, found)
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        # a catalog of a time before there were corrections lacks nothing
        return "no such table" in str(error) and _has_photos(connection)
    return True


def _has_photos(connection: sqlite3.Connection) -> bool:
    with suppress(sqlite3.Error):
        connection.execute("SELECT 1 FROM photo LIMIT 1").fetchall()
        return True
    return False


def _take(row: Sequence[Any], found: dict[str, Correction]) -> None:
    """Take a row, if it is a correction that can be exported and imported again."""
    values = dict(zip(_COLUMNS, row, strict=True))
    if not all(_HEX.fullmatch(str(values[name])) for name in ("uid", "photo_hash")):
        return
    with suppress(ValueError, TypeError, OverflowError, struct.error):
        correction = to_correction(SimpleNamespace(**values))
        if parsed([reports.dumps(correction_json(correction))]).corrections:
            found[correction.uid] = correction


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


def _on_pages(files: Sequence[bytes]) -> dict[str, Correction]:
    """Rows on all leaf pages, also on those that no other page leads to any more."""
    found: dict[str, Correction] = {}
    size = _page_size(files[0][16:18])
    for file in files:
        for start in range(0, len(file), size):
            page = file[start : start + size]
            begin = 100 if start == 0 and file is files[0] else 0
            if len(page) > begin + 8 and page[begin] == _LEAF:
                for row in _rows(page, begin):
                    _take(row, found)
    return found


def _rows(page: bytes, begin: int) -> Iterator[list[Any]]:
    """Rows with as many columns as a correction has, as far as they lie on the page."""
    count = int.from_bytes(page[begin + 3 : begin + 5], "big")
    for place in range(begin + 8, min(begin + 8 + 2 * count, len(page) - 1), 2):
        at = int.from_bytes(page[place : place + 2], "big")
        with suppress(IndexError, ValueError, struct.error):
            _, at = _varint(page, at)
            number, at = _varint(page, at)
            row = _record(page, at)
            if row is not None:
                yield [number, *row[1:]]


def _record(page: bytes, at: int) -> list[Any] | None:
    """The columns of a row but its last one; None if it has another number of them."""
    length, place = _varint(page, at)
    end, kinds = at + length, []
    while place < end:
        kind, place = _varint(page, place)
        kinds.append(kind)
    if len(kinds) != len(_COLUMNS) + 1:
        return None
    values = []
    for kind in kinds[:-1]:
        value, end = _value(page, end, kind)
        values.append(value)
    return values


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
