"""Mount points: volumes, and remote file systems."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from indexer.entities import Volume

if TYPE_CHECKING:
    from collections.abc import Collection

_TABLE = Path("/proc/self/mountinfo")


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


_REMOTE = {
    "9p", "afs", "ceph", "cifs", "davfs", "drvfs", "fuse", "glusterfs", "lustre", "ncpfs", "nfs",
    "nfs4", "prl_fs", "smb3", "smbfs", "vboxsf", "virtiofs",
}  # fmt: skip
"""File systems that others write to unnoticed by this kernel; `fuse` has subtypes."""


def remote_type(path: Path, table: Path = _TABLE) -> str | None:
    """The type of the file system of `path` if others may change it unnoticed, else None."""
    kinds = _kinds(table)
    kind = next((kinds[place] for place in (path, *path.parents) if place in kinds), "")
    return kind if kind.split(".")[0] in _REMOTE else None


def _kinds(table: Path) -> dict[Path, str]:
    """Types of the mounted file systems by mount point; a later one hides an earlier one."""
    try:
        lines = table.read_bytes().splitlines()
    except OSError:
        return {}
    found = {}
    for line in lines:
        left, _, right = line.partition(b" - ")
        # the kernel writes spaces and the like as octal numbers
        point = re.sub(rb"\\([0-7]{3})", lambda code: bytes([int(code[1], 8)]), left.split()[4])
        found[Path(os.fsdecode(point))] = os.fsdecode(right.split()[0])
    return found
