"""A catalog file that is missing or empty although it was written to: it is not taken for a new one."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from indexer.errors import CatalogError, told_by_system

if TYPE_CHECKING:
    from pathlib import Path

_HEADER_BYTES = 100
"""A database of SQLite is at least as long."""


def has_content(file: Path, index: Path) -> bool:
    """Whether there is a catalog in `file`, beside an index of which the file `index` tells.

    SQLite takes a file without content for a new database, and then throws its log away.

    Raises:
        CatalogError: it may not be looked at, is no file, or has lost its content.

    """
    log = file.with_name(f"{file.name}-wal")
    try:
        status = file.stat()
    except (FileNotFoundError, NotADirectoryError):
        if not os.path.lexists(file):
            _check_unused(file, log, "is missing")
            return False
        msg = f"{file}: a link that leads nowhere; mend it, or choose another home with --home"
        raise CatalogError(msg) from None
    except OSError as error:
        raise CatalogError(told_by_system(error)) from error
    if not stat.S_ISREG(status.st_mode):
        msg = f"{file}: not a file; move it away, or choose another home with --home"
        raise CatalogError(msg)
    if status.st_size < _HEADER_BYTES:
        for made_from_it in (log, index):
            _check_unused(file, made_from_it, "has lost its content")
    return True


def _check_unused(file: Path, made_from_it: Path, what: str) -> None:
    if os.path.isfile(made_from_it) and os.path.getsize(made_from_it):  # noqa: PTH113, PTH202
        msg = (
            f"{file}: {what}, though there is {made_from_it}; restore both from a backup, "
            "or save the copy of the corrections with: ocrsearch corrections export --damaged FILE"
        )
        raise CatalogError(msg)
