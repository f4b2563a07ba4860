"""The photo folders of a command, named on the command line or left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from indexer.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from indexer.config import Settings
    from indexer.sync.library import Library


def photo_folders(settings: Settings, named: tuple[Path, ...], library: Library) -> list[Path]:
    """Photo folders: those named, else the configured and the indexed ones.

    Raises:
        UsageError: there is none.
        ConfigError: one of them and the home folder hold each other.

    """
    from indexer.home import check_apart

    chosen = named or (*settings.folders, *library.catalog.roots())
    roots = list(dict.fromkeys(path.resolve() for path in chosen))
    if not roots:
        msg = "no photo folder yet; run: ocrsearch index FOLDER"
        raise UsageError(msg)
    check_apart(settings.home, roots)
    # a folder inside another one is compared once
    return [r for r in roots if not any(r != o and r.is_relative_to(o) for o in roots)]
