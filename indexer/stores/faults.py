"""Translation of the derived stores' faults into errors for the user."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from indexer.errors import CatalogError, DamageError, advice_on, is_resource_exhausted
from recognizer.files.printable import in_brackets, plainly

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
        msg = f"{folder}: {said}; {advice_on(error)}"
        return CatalogError(msg)
    if isinstance(error, PermissionError):
        advice = advice_on(error)
        msg = f"{folder}: may not be opened{in_brackets(said)}; {advice}"
        return DamageError(msg)
    log.debug("%s", folder, exc_info=error)
    msg = f"{folder}: the index is missing or damaged{in_brackets(said)}; {advice}"
    return DamageError(msg)
