"""Mount points: offline folders, volumes, and remote file systems."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from indexer.entities import Volume

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

_TABLE = Path("/proc/self/mountinfo")

MIN_PHOTOS = 10
"""Photos below which a folder may lose any share of them, but not all, and is still online."""


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


def offline_folders(
    roots: Sequence[Path],
    found: Collection[Path],
    known: Collection[Path],
    remembered: Mapping[Path, Volume],
    missing_share: float,
) -> list[Path]:
    """Folders whose photos are missing rather than deleted.

    Args:
        roots: the photo folders that were compared.
        found: photos that are there now.
        known: photos that were there.
        remembered: the file systems of roots, and of what is mounted below them, from before.
        missing_share: a folder of many photos that lost more than this share is offline.

    """
    gone = [
        root
        for root in roots
        if not root.is_dir()
        or _lost_too_many(
            [path for path in known if path.is_relative_to(root)],
            {path for path in found if path.is_relative_to(root)},
            missing_share,
        )
    ]
    lost = [path for path in known if path not in found] if remembered else []
    for folder, before in remembered.items():
        if any(path.is_relative_to(folder) for path in lost) and volume(folder) != before:
            gone.append(folder)
    return list(dict.fromkeys(gone))


def _lost_too_many(had: Sequence[Path], found: Collection[Path], missing_share: float) -> bool:
    """Whether a folder lost all of its photos, or most of many and got fewer new ones."""
    if not found:
        return bool(had)
    lost = sum(path not in found for path in had)
    new = len(found) - (len(had) - lost)
    return len(had) >= MIN_PHOTOS and lost > missing_share * len(had) and lost > new


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
