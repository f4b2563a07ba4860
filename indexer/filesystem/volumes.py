"""Mount points: volumes, and whether a folder is there."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from indexer.entities import Volume

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path


def volume(path: Path) -> Volume | None:
    """The file system that holds `path`; None if it cannot be determined."""
    try:
        number = os.statvfs(path).f_fsid
    except OSError:
        return None
    point = path
    while not os.path.ismount(point):
        point = point.parent
    return Volume(point, str(number))


def is_mount(folder: Path) -> bool:
    """Whether another file system is mounted on a folder that is no link.

    The same as `os.path.ismount`, without its look at every folder above: these may be many.
    """
    try:
        return folder.lstat().st_dev != folder.parent.lstat().st_dev
    except OSError:
        return False


def is_present(folder: Path, roots: Collection[Path]) -> bool:
    """Whether a folder exists, and is no empty root, such as an unmounted one."""
    try:
        with os.scandir(folder) as entries:
            return folder not in roots or next(entries, None) is not None
    except OSError:
        return False
