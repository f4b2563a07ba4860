"""Mount points: volumes, and remote file systems."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from indexer import places
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


def is_present(folder: Path, roots: Collection[Path]) -> bool:
    """Whether a folder exists, and is no empty root, such as an unmounted one."""
    try:
        with os.scandir(folder) as entries:
            return folder not in roots or next(entries, None) is not None
    except OSError:
        return False


_REMOTE = {
    "9p", "afs", "ceph", "cifs", "davfs", "drvfs", "fuse", "glusterfs", "lustre", "ncpfs", "nfs",
    "nfs4", "prl_fs", "smb3", "smbfs", "vboxsf", "virtiofs",
}  # fmt: skip
"""File systems that others write to unnoticed by this kernel; `fuse` has subtypes."""


def remote_type(path: Path, table: Path = places.TABLE) -> str | None:
    """The type of the file system of `path` if others may change it unnoticed, else None."""
    kinds = _kinds(table)
    kind = next((kinds[place] for place in (path, *path.parents) if place in kinds), "")
    return kind if kind.split(".")[0] in _REMOTE else None


def _kinds(table: Path) -> dict[Path, str]:
    """Types of the mounted file systems by mount point; a later one hides an earlier one."""
    return {mount.point: mount.kind for mount in places.mounts(table)}
