"""Translation of the derived stores' faults into errors for the user."""

from __future__ import annotations

import errno
import logging
from typing import TYPE_CHECKING

from indexer.errors import CatalogError, DamageError, is_resource_exhausted
from recognizer.printable import in_brackets, plainly

if TYPE_CHECKING:
    from pathlib import Path

log = logging.getLogger("ocrsearch")


def store_error(folder: Path, error: BaseException, advice: str) -> CatalogError:
    """Translate what went wrong with the store below `folder`.

    Returns:
        A DamageError that gives the advice, or a plain CatalogError if resources ran out, for the
        store is as good as it was then.

    """
    said = plainly(error)
    if is_resource_exhausted(error):
        msg = f"{folder}: {said}; {_shortage(error)}"
        return CatalogError(msg)
    log.debug("%s", folder, exc_info=error)
    msg = f"{folder}: the index is missing or damaged{in_brackets(said)}; {advice}"
    return DamageError(msg)


def _shortage(error: BaseException) -> str:
    """What to do when something ran out."""
    number = error.errno if isinstance(error, OSError) else None
    if number in {errno.ENOSPC, errno.EDQUOT}:
        return "free some disk space and run the command again"
    if number == errno.EROFS:
        return "make its disk writable, or choose another home with --home"
    if number in {errno.EMFILE, errno.ENFILE}:
        return "close other programs, or raise the limit of open files (ulimit -n)"
    return "close other programs and run the command again"
