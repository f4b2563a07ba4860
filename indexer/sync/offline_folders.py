"""Offline detection: folders whose photos cannot be seen for now, and so are not deleted."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from indexer.filesystem import volumes

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from indexer.catalog.catalog import Catalog
    from indexer.entities import Stamp, Volume
    from indexer.filesystem.changes import Changes

MIN_PHOTOS = 10
"""Photos below which a folder may lose any share of them, but not all, and is still online."""


class OfflineDetector:
    """Distinguishes missing photos from deleted ones by the folders' record in the catalog."""

    def __init__(self, catalog: Catalog, missing_share: float) -> None:
        """A folder that lost more than `missing_share` of many photos at once is offline."""
        self._catalog, self._missing_share = catalog, missing_share

    def places_below(self, roots: Sequence[Path]) -> dict[Path, Stamp]:
        """Stamps of the files below `roots` that the catalog has as places or failures."""
        return {p: s for p, s in self._catalog.places().items() if _below(p, roots)}

    def offline(
        self, roots: Sequence[Path], found: Collection[Path], known: Collection[Path]
    ) -> list[Path]:
        """Roots, and mount points below them, whose photos are missing rather than deleted.

        Args:
            roots: the photo folders that were walked.
            found: files below them that are there now.
            known: files below them that the catalog has.

        """
        volumes = {f: volume for f, volume in self._catalog.volumes().items() if _below(f, roots)}
        return offline_folders(roots, found, known, volumes, self._missing_share)

    def offline_after(
        self, gone: Collection[Path], found: Collection[Path], roots: Sequence[Path]
    ) -> list[Path]:
        """The same after a comparison of single files: `gone` are missing, `found` are there."""
        known = self.places_below(roots)
        return self.offline(roots, known.keys() - set(gone) | set(found), known)

    @staticmethod
    def deleted_parents(gone: Iterable[Path], roots: Sequence[Path]) -> list[Path]:
        """Folders of missing files that do not exist any more, or are roots without an entry."""
        folders = {path.parent for path in gone}
        return [folder for folder in folders if not volumes.is_present(folder, roots)]

    def remember_volumes(
        self, roots: Sequence[Path], mounted: Sequence[Path], offline: Collection[Path]
    ) -> None:
        """Store which file systems the folders lie on, except for those that are offline now."""
        now = {
            folder: volumes.volume(folder) for folder in [*roots, *mounted] if folder not in offline
        }
        before = self._catalog.volumes()
        online = [root for root in roots if root not in offline]
        gone = [
            folder for folder in before.keys() - now.keys() - set(offline) if _below(folder, online)
        ]
        new = {folder: volume for folder, volume in now.items() if volume != before.get(folder)}
        self._catalog.set_volumes({f: volume for f, volume in new.items() if volume}, gone)


def _below(path: Path, roots: Iterable[Path]) -> bool:
    return any(path.is_relative_to(root) for root in roots)


def keeping_unseen(changes: Changes, folders: Sequence[Path]) -> Changes:
    """The same changes, but nothing is gone from `folders`, which are offline or cannot be listed."""
    return replace(changes, gone=tuple(p for p in changes.gone if not _below(p, folders)))


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
        if not os.path.isdir(root)  # noqa: PTH112 - that of Path raises where it may not look
        or _lost_too_many(
            [path for path in known if path.is_relative_to(root)],
            {path for path in found if path.is_relative_to(root)},
            missing_share,
        )
    ]
    lost = [path for path in known if path not in found] if remembered else []
    for folder, before in remembered.items():
        if any(path.is_relative_to(folder) for path in lost) and volumes.volume(folder) != before:
            gone.append(folder)
    return list(dict.fromkeys(gone))


def _lost_too_many(had: Sequence[Path], found: Collection[Path], missing_share: float) -> bool:
    """Whether a folder lost all of its photos, or most of many and got fewer new ones."""
    if not found:
        return bool(had)
    lost = sum(path not in found for path in had)
    new = len(found) - (len(had) - lost)
    return len(had) >= MIN_PHOTOS and lost > missing_share * len(had) and lost > new
