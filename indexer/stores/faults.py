"""Translation of the derived stores' faults into errors for the user."""

from __future__ import annotations

from typing import TYPE_CHECKING

from indexer.errors import CatalogError, DamageError, is_resource_exhausted

if TYPE_CHECKING:
    from pathlib import Path


def store_error(folder: Path, error: BaseException, advice: str) -> CatalogError:
    """Translate what went wrong with the store below `folder`.

    Returns:
        A DamageError that gives the advice, or a plain CatalogError if resources ran out, for the
        store is as good as it was then.

    """
    fault = f"{folder}: {str(error) or type(error).__name__}"
    if is_resource_exhausted(error):
        return CatalogError(f"{fault}; free disk space, memory or file handles and retry")
    return DamageError(f"{fault}; {advice}")
