"""Comparison of places on disk, however they are spelled: links, `..`, case, bind mounts."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import NamedTuple

TABLE = Path("/proc/self/mountinfo")


class Mount(NamedTuple):
    """A mounted file system: its device, the folder of it that is mounted, where, and its type."""

    device: str
    root: Path
    point: Path
    kind: str


def mounts(table: Path = TABLE) -> list[Mount]:
    """The mounted file systems in the order of mounting; none where the system has no such table."""
    try:
        lines = table.read_bytes().splitlines()
    except OSError:
        return []
    found = []
    for line in lines:
        left, _, right = line.partition(b" - ")
        _, _, device, root, point, *_ = left.split()
        kind = os.fsdecode(right.split()[0])
        found.append(Mount(os.fsdecode(device), _unquoted(root), _unquoted(point), kind))
    return found


def _unquoted(field: bytes) -> Path:
    # the kernel writes spaces and the like as octal numbers
    plain = re.sub(rb"\\([0-7]{3})", lambda code: bytes([int(code[1], 8)]), field)
    return Path(os.fsdecode(plain))


def is_current_folder_deleted() -> bool:
    """Whether the folder in which the program runs is no longer there."""
    try:
        Path.cwd()
    except OSError:
        return True
    return False


def leave_deleted_folder() -> None:
    """Go to the root if the current folder was deleted.

    Relative paths lead nowhere then, and some libraries, and other processes, do not start.
    """
    if is_current_folder_deleted():
        os.chdir(os.sep)


def is_inside(path: Path, folder: Path, table: Path = TABLE) -> bool:
    """Whether `path`, which need not exist, is `folder` or lies below it.

    Folders are compared by device and inode, not by name alone: a disk may ignore case or the
    normal form of letters, and a part of it may be mounted in two places.
    """
    inner, outer = Path(os.path.realpath(path)), Path(os.path.realpath(folder))
    if inner.is_relative_to(outer):
        return True
    wanted = identity(outer)
    if wanted and wanted in map(identity, (inner, *inner.parents)):
        return True
    mounted = mounts(table)
    inner_origin, outer_origin = _origin(inner, mounted), _origin(outer, mounted)
    if inner_origin is None or outer_origin is None or inner_origin[0] != outer_origin[0]:
        return False
    return inner_origin[1].is_relative_to(outer_origin[1])


def identity(path: Path) -> tuple[int, int] | None:
    """Device and inode of what `path` leads to; None if there is nothing, or it cannot be seen."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return (status.st_dev, status.st_ino) if status.st_ino else None


def _origin(path: Path, mounted: list[Mount]) -> tuple[str, Path] | None:
    """The device of `path` and its place on that device, whatever part of it is mounted where."""
    points = {mount.point: mount for mount in mounted}  # a later mount hides an earlier one
    mount = next((points[place] for place in (path, *path.parents) if place in points), None)
    return mount and (mount.device, mount.root / path.relative_to(mount.point))
