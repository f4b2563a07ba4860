"""Which photo folders are away rather than emptied: unmounted, or on another device than before."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from indexer.photo import Volume

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

_FEW = 10
"""Below this many photos a folder may lose any share of them without being taken for offline."""


def volume(path: Path) -> Volume | None:
    """Which file system `path` lies on; None if that cannot be told."""
    try:
        number = os.statvfs(path).f_fsid
    except OSError:
        return None
    point = path
    while not os.path.ismount(point):
        point = point.parent
    return Volume(point, str(number))


def away(
    roots: Sequence[Path],
    found: Collection[Path],
    known: Collection[Path],
    remembered: Mapping[Path, Volume],
    missing_share: float,
) -> list[Path]:
    """Folders whose photos are missing rather than deleted.

    Args:
        roots: the photo folders that were looked at.
        found: photos that are there now.
        known: photos that were there.
        remembered: the file systems of roots, and of what is mounted below them, from before.
        missing_share: a folder of many photos that lost more than this is away.

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
    """Whether a folder lost all of its photos, or most of many without as many new ones."""
    if not found:
        return bool(had)
    lost = sum(path not in found for path in had)
    new = len(found) - (len(had) - lost)
    return len(had) >= _FEW and lost > missing_share * len(had) and lost > new
