"""Offline detection: folders whose photos cannot be seen for now, and so are not deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from indexer.filesystem import mounts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from pathlib import Path

    from indexer.catalog.catalog import Catalog
    from indexer.entities import Stamp


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
        return mounts.offline_folders(roots, found, known, volumes, self._missing_share)

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
        return [folder for folder in folders if not mounts.is_present(folder, roots)]

    def remember_volumes(
        self, roots: Sequence[Path], mounted: Sequence[Path], offline: Collection[Path]
    ) -> None:
        """Store which file systems the folders lie on, except for those that are offline now."""
        now = {
            folder: mounts.volume(folder) for folder in [*roots, *mounted] if folder not in offline
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
