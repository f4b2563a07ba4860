"""Keeps photos that cannot be seen for now from being taken for deleted ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from indexer.filesystem import mounts

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from indexer.catalog.catalog import Catalog
    from indexer.entities import Stamp
    from indexer.filesystem.scan import Changes


class Guard:
    """Knows from the catalog what was where."""

    def __init__(self, catalog: Catalog, missing_share: float) -> None:
        """A folder that lost more than `missing_share` of many photos at once is away."""
        self._catalog, self._missing_share = catalog, missing_share

    def known(self, roots: Sequence[Path]) -> dict[Path, Stamp]:
        """Files below `roots` that stand for a photo."""
        places = self._catalog.places()
        return {p: s for p, s in places.items() if any(p.is_relative_to(root) for root in roots)}

    def away(
        self, roots: Sequence[Path], found: Collection[Path], known: Collection[Path]
    ) -> list[Path]:
        """Roots, and what is mounted below them, whose photos are missing rather than deleted."""
        volumes = {
            folder: volume
            for folder, volume in self._catalog.volumes().items()
            if any(folder.is_relative_to(root) for root in roots)
        }
        return mounts.away(roots, found, known, volumes, self._missing_share)

    def unseen(
        self, roots: Sequence[Path], changes: Changes, found: Collection[Path]
    ) -> tuple[list[Path], list[Path]]:
        """The same after a look at single files: folders that are away, and that have fallen.

        What became of the files of a fallen folder is seen by a look at everything.
        """
        known = self.known(roots)
        away = self.away(roots, known.keys() - set(changes.gone) | set(found), known)
        folders = {path.parent for path in changes.gone}
        return away, [folder for folder in folders if not mounts.stands(folder, roots)]

    def remember(
        self, roots: Sequence[Path], mounted: Sequence[Path], away: Collection[Path]
    ) -> None:
        """Note which file systems the folders lie on, except for those that are away now."""
        now = {folder: mounts.volume(folder) for folder in [*roots, *mounted] if folder not in away}
        before = self._catalog.volumes()
        gone = [
            folder
            for folder in before.keys() - now.keys() - set(away)
            if any(folder.is_relative_to(root) for root in roots if root not in away)
        ]
        new = {folder: volume for folder, volume in now.items() if volume != before.get(folder)}
        self._catalog.set_volumes({f: volume for f, volume in new.items() if volume}, gone)
