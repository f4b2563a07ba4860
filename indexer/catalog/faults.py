"""Translation of the database's faults into errors that say what to do. Private to `catalog`."""

from __future__ import annotations

import logging
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

import sqlalchemy as sa

from indexer.errors import CatalogError

if TYPE_CHECKING:
    from collections.abc import Iterator

log = logging.getLogger("ocrsearch")

_RESTORE = (
    "restore it from a backup, or save the corrections in it with: "
    "ocrsearch corrections export --damaged FILE"
)

_FAULTS = {
    sqlite3.SQLITE_PERM: "may not be opened; check its permissions",
    sqlite3.SQLITE_BUSY: "another program holds it; try again when that has finished",
    sqlite3.SQLITE_LOCKED: "another program holds it; try again when that has finished",
    sqlite3.SQLITE_NOMEM: "there is not enough memory; close other programs and try again",
    sqlite3.SQLITE_READONLY: (
        "it can only be read; make file and folder writable, or choose another home with --home"
    ),
    sqlite3.SQLITE_IOERR: (
        "its disk cannot be read or written; check the disk, its connection and its free space"
    ),
    sqlite3.SQLITE_CORRUPT: f"damaged; {_RESTORE}",
    sqlite3.SQLITE_FULL: "its disk is full; free some space and run the command again",
    sqlite3.SQLITE_CANTOPEN: (
        "cannot be opened; check that its folder exists, and the permissions of all files in it"
    ),
    sqlite3.SQLITE_NOTADB: f"not a catalog; {_RESTORE}",
    sqlite3.SQLITE_ERROR: f"lacks what a catalog holds; {_RESTORE}",
    sqlite3.SQLITE_CONSTRAINT: f"damaged; {_RESTORE}",
    sqlite3.SQLITE_MISMATCH: f"damaged; {_RESTORE}",
}
"""What is wrong, and what to do, by the primary code of SQLite."""

_LARGEST_PRIMARY_CODE = 0xFF
"""Extended codes have the primary one in their low byte."""


@contextmanager
def translated(url: str) -> Iterator[None]:
    """Translate faults of the database at `url` into a CatalogError that says what to do next.

    Raises:
        CatalogError: instead of any error of the database driver.

    """
    try:
        yield
    except (sa.exc.DBAPIError, sqlite3.Error) as error:
        log.debug("the database failed", exc_info=error)
        msg = f"{place(url)}: {_advice(error)}"
        raise CatalogError(msg) from error


def is_locked(error: BaseException) -> bool:
    """Whether another process held the database for too long."""
    return _code(error) in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def may_lack_room(error: BaseException) -> bool:
    """Whether a full disk may be the reason: no file can be made beside the database, or grow."""
    lacking = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}
    return _code(error) in lacking


def place(url: str) -> str:
    """The database as a message names it: its file, or its address without the password."""
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        return parsed.database
    return parsed.render_as_string(hide_password=True)


def _advice(error: BaseException) -> str:
    code = _code(error)
    if code in _FAULTS:
        return _FAULTS[code]
    said = " ".join(str(getattr(error, "orig", error)).split())
    if isinstance(error, sa.exc.OperationalError) and code is None:
        return f"the database cannot be used ({said}); check that it runs, and catalog_url"
    return f"the database failed ({said}); {_RESTORE}"


def _code(error: BaseException) -> int | None:
    """Primary code of an SQLite fault; None for other databases."""
    code = getattr(getattr(error, "orig", error), "sqlite_errorcode", None)
    return code & _LARGEST_PRIMARY_CODE if isinstance(code, int) else None
