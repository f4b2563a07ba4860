"""The photo library: disk, catalog and derived stores, kept in step by sync runs."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from indexer.sync.backlog import Backlog
from indexer.sync.comparison import DiskComparer
from indexer.sync.deletion_grace_period import purge_deleted
from indexer.sync.derived_indexes import DerivedIndexes
from indexer.sync.offline_folders import OfflineDetector
from indexer.sync.run_state import SyncRun

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from pathlib import Path

    from indexer.catalog.catalog import Catalog
    from indexer.config import Settings
    from indexer.filesystem.changes import Changes
    from indexer.ocr.protocols import OcrEngine
    from indexer.stores.stores import Stores
    from indexer.sync.hooks import Hooks
    from indexer.sync.summary import Summary


class Library:
    """Photo folders, their catalog, and the stores derived from it."""

    def __init__(
        self,
        settings: Settings,
        catalog: Catalog,
        stores: Stores,
        engine: OcrEngine,
        cut_inks: Callable[..., object] = lambda *, stop: None,  # noqa: ARG005
    ) -> None:
        """Compose the parts of a sync run; `engine` reads new photos.

        `cut_inks` cuts out the words of corrections whose photos have come, until `stop()`.
        """
        self.settings, self.catalog, self.engine = settings, catalog, engine
        self._cut_inks = cut_inks
        self.indexes = DerivedIndexes(catalog, stores)
        self._offline = OfflineDetector(catalog, settings.missing_share)
        self._comparer = DiskComparer(catalog, self._offline, settings.suffixes)
        self.backlog = Backlog(settings, catalog, engine, self._comparer, self.indexes)

    def sync(
        self,
        roots: Sequence[Path],
        hooks: Hooks,
        *,
        limit: int | None = None,
        forget: bool = False,
        leave: Collection[Path] = (),
    ) -> Summary:
        """Compare everything below `roots` with the catalog and read what is new.

        Args:
            roots: photo folders; one that is missing or empty is offline, not deleted.
            hooks: see Hooks.
            limit: read at most this many photos now.
            forget: drop the photos of offline folders after all, and folders that are gone.
            leave: files that are still being written.

        """
        compared = self._comparer.compare_all(roots, forget=forget, leave=leave)
        # a mount below a root that is away is recorded by itself until it is back
        self.catalog.set_roots(
            {
                root: root in compared.offline
                for root in [*self._recorded(roots), *set(compared.offline).difference(roots)]
            }
        )
        self._offline.remember_volumes(roots, compared.mounts, compared.offline)
        run = SyncRun(compared, roots, hooks, limit)
        self._apply(compared.changes, run)
        if forget:
            self.catalog.forget_roots([root for root in roots if not _is_there(root)])
        run.count_failing(self.catalog.failing())
        purge_deleted(self.catalog, self.settings, hooks.clock())
        return run.summary

    def sync_paths(self, roots: Sequence[Path], paths: Collection[Path], hooks: Hooks) -> Summary:
        """The same for single files below `roots` that something happened to."""
        compared = self._comparer.compare_files(paths, roots)
        run = SyncRun(compared, roots, hooks)
        self._apply(compared.changes, run)
        return run.summary

    def rebuild(self, report: Callable[[int], None] = lambda done: None) -> int:  # noqa: ARG005
        """Make both derived stores anew from the catalog; see `DerivedIndexes.rebuild`."""
        return self.indexes.rebuild(report)

    def _recorded(self, roots: Sequence[Path]) -> list[Path]:
        """Those that are there or were once: of a name that was mistyped nothing stays."""
        away = [root for root in roots if not _is_there(root)]
        known = [*self.catalog.roots(), *self.catalog.places()] if away else []
        never = [root for root in away if not any(path.is_relative_to(root) for path in known)]
        return [root for root in roots if root not in never]

    def _apply(self, changes: Changes, run: SyncRun) -> None:
        """Hash and read what is new, newest first; then delete what is gone.

        New names come before lost ones, so a moved file finds its reading.
        """
        self.catalog.restamp({path: run.stamps[path] for path in changes.restamped})
        # a backlog may take hours, and a crash may have left something behind
        self.indexes.catch_up(run.hooks.alive)
        if self.backlog.drain(changes, run):
            # what has come back meanwhile was found, so it has a stamp
            self.backlog.forget([path for path in changes.gone if path not in run.stamps], run)
        self.indexes.catch_up(run.hooks.alive)
        self._cut_inks(stop=run.hooks.stop)


def _is_there(folder: Path) -> bool:
    return os.path.isdir(folder)  # noqa: PTH112 - that of Path raises where it may not look
