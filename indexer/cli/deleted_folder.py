"""Commands in a current folder that was deleted: whole paths work, and relative ones are refused."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from indexer.errors import IN_DELETED_FOLDER, ConfigError, UsageError
from indexer.system.places import is_current_folder_deleted, leave_deleted_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from indexer.config import Settings

_KEYWORDS = {"shipped"}
"""What options take in the place of a path."""

_RELATIVE_URL = "sqlite:///"
"""What the address of a database in a file begins with; one more slash begins a whole path."""


def leave(values: Iterable[object], load: Callable[[], Settings] | None) -> bool:
    """Leave the current folder if it was deleted; returns whether it was.

    Args:
        values: what is given to the command and to the group above it.
        load: loads the settings; None for a command without that group.

    Raises:
        UsageError: a path that is given is relative.
        ConfigError: one in the settings is.

    """
    if not is_current_folder_deleted():
        return False
    for value in values:
        if isinstance(value, os.PathLike):
            refuse_relative(value)
    url = load().catalog_url if load else ""
    if url.startswith(_RELATIVE_URL) and not url.startswith(f"{_RELATIVE_URL}/"):
        msg = f"catalog_url = {url}: {IN_DELETED_FOLDER}"
        raise ConfigError(msg)
    leave_deleted_folder()
    return True


def refuse_relative(path: os.PathLike[str]) -> None:
    """Refuse a relative path in a folder that was deleted. Raises UsageError."""
    if not Path(path).is_absolute() and os.fspath(path) not in _KEYWORDS:
        msg = f"{path}: {IN_DELETED_FOLDER}"
        raise UsageError(msg)
