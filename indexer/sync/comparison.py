"""Comparison of the disk with the catalog."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from indexer.filesystem import scan
from indexer.filesystem.changes import compare
from indexer.sync.offline_folders import keeping_unseen
from indexer.sync.retry_backoff import mended

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from indexer.catalog.catalog import Catalog
    from indexer.entities import Stamp
    from indexer.filesystem.changes import Changes
    from indexer.sync.offline_folders import OfflineDetector


@dataclass(frozen=True)
class Comparison:
    """How the disk differs from the catalog.

    Attributes:
        changes: what is new, changed or deleted; nothing below an offline folder is deleted.
        found: stamps of the files that are there.
        problems: folders and files that could not be examined, and why.
        offline: folders whose photos are missing rather than deleted.
        mounts: folders on which another file system is mounted.
        incomplete: whether there are single files of which only a rescan tells what became of them.

    """

    changes: Changes
    found: Mapping[Path, Stamp]
    problems: Mapping[Path, str]
    offline: Sequence[Path] = ()
    mounts: Sequence[Path] = ()
    incomplete: bool = False


class DiskComparer:
    """Compares photo folders, or single files in them, with the catalog. Writes nothing."""

    def __init__(self, catalog: Catalog, offline: OfflineDetector, suffixes: Sequence[str]) -> None:
        """Files with one of `suffixes` are photos."""
        self._catalog, self._offline, self._suffixes = catalog, offline, suffixes

    def compare_all(
        self, roots: Sequence[Path], *, forget: bool, leave: Collection[Path]
    ) -> Comparison:
        """Compare everything below `roots` with the catalog.

        Args:
            roots: photo folders.
            forget: take the photos of missing folders for deleted.
            leave: files whose changes are left out, because they are still being written.

        """
        found = scan.walk(roots, self._suffixes)
        known = self._offline.places_below(roots)
        offline = [] if forget else self._offline.offline(roots, found.files, known)
        missing = {root for root in roots if forget and _is_gone(root)}
        unseen = [*offline, *(found.failed.keys() - missing)]
        changes = keeping_unseen(self._changes(found, known), unseen).excluding(leave)
        problems = {path: why for path, why in found.failed.items() if path not in missing}
        return Comparison(changes, found.files, problems, offline, found.mounts)

    def compare_files(self, paths: Collection[Path], roots: Sequence[Path]) -> Comparison:
        """Compare single files below `roots` with the catalog, as far as they can be seen."""
        found = scan.look(paths, roots, self._suffixes)
        # all names of a file change with it, but the event has only one of them
        names = self._catalog.names({stamp.inode for stamp in found.files.values()})
        wanted = list({*paths, *names})
        found = found.with_others(scan.look(set(names) - set(paths), roots, self._suffixes))
        changes = self._changes(found, self._catalog.places(wanted), wanted)
        offline: Sequence[Path] = ()
        incomplete = bool(found.failed)
        if changes.gone:
            offline = self._offline.offline_after(changes.gone, found.files, roots)
            # what became of the files of a deleted folder is found by a rescan
            deleted = self._offline.deleted_parents(changes.gone, roots)
            changes = keeping_unseen(changes, [*offline, *found.failed, *deleted])
            incomplete |= bool(deleted)
        return Comparison(changes, found.files, found.failed, offline, incomplete=incomplete)

    def _changes(
        self, found: scan.Found, known: Mapping[Path, Stamp], paths: Sequence[Path] | None = None
    ) -> Changes:
        """The changes of `paths` (None: all). What failed is tried again once it is mended."""
        return compare(found.files, known, mended(self._catalog.failing(paths), found.files, known))


def _is_gone(folder: Path) -> bool:
    """Whether there is no such folder; of one that may not be looked into that is not known."""
    try:
        folder.stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False
