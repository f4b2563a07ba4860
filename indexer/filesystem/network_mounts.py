"""Polling of network mounts, where inotify tells nothing of what others change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from indexer.system import places

if TYPE_CHECKING:
    from pathlib import Path

_REMOTE = {
    "9p", "afs", "ceph", "cifs", "davfs", "drvfs", "fuse", "glusterfs", "lustre", "ncpfs", "nfs",
    "nfs4", "prl_fs", "smb3", "smbfs", "vboxsf", "virtiofs",
}  # fmt: skip
"""File systems that others write to unnoticed by this kernel; `fuse` has subtypes."""


def must_be_polled(root: Path) -> str | None:
    """The reason why changes below `root` may go unnoticed by the kernel; None if they cannot."""
    kind = remote_type(root)
    return f"{root}: others may change this network mount ({kind}) unnoticed" if kind else None


def remote_type(path: Path, table: Path = places.TABLE) -> str | None:
    """The type of the file system of `path` if others may change it unnoticed, else None."""
    kinds = _kinds(table)
    kind = next((kinds[place] for place in (path, *path.parents) if place in kinds), "")
    return kind if kind.split(".")[0] in _REMOTE else None


def _kinds(table: Path) -> dict[Path, str]:
    """Types of the mounted file systems by mount point; a later one hides an earlier one."""
    return {mount.point: mount.kind for mount in places.mounts(table)}
