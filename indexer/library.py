"""The one object that the rest talks to: it keeps disk, catalog and derived stores in step."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from indexer import scan
from indexer.derived import packed, weights
from indexer.errors import CatalogError
from indexer.intake import INDEX_BATCH, Intake
from indexer.passes import Pass, Summary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from indexer.catalog import Catalog
    from indexer.config import Settings
    from indexer.derived import Stores
    from indexer.eyes import Eyes
    from indexer.passes import Hooks
    from indexer.photo import Stale, Stamp

_FEW = 10
"""Below this many photos a folder may lose any share of them without being taken for offline."""


class Library(Intake):
    """Photos on disk, their catalog and their full text."""

    def __init__(self, settings: Settings, catalog: Catalog, stores: Stores, eyes: Eyes) -> None:
        """`eyes` read what is new. `alive` is called now and then during long work."""
        super().__init__(settings, catalog, eyes)
        self.index, self.posteriors = stores.index, stores.posteriors
        self.alive: Callable[[], None] = lambda: None

    # one pass ------------------------------------------------------------------------------

    def sync(
        self, roots: Sequence[Path], hooks: Hooks, *, limit: int | None = None, forget: bool = False
    ) -> Summary:
        """Compare everything below `roots` with the catalog and read what is new.

        Args:
            roots: photo folders; one that is missing or empty is offline, not deleted.
            hooks: see Hooks.
            limit: read at most this many photos now.
            forget: drop the photos of offline folders after all.

        """
        found = scan.walk(roots, self.settings.suffixes)
        known = {
            path: stamp
            for path, stamp in self.catalog.places().items()
            if any(path.is_relative_to(root) for root in roots)
        }
        summary = Summary(found=len(found.files), problems=dict(found.failed))
        offline = [] if forget else self._offline(roots, found.files, known)
        for root in roots:
            self.catalog.set_root(root, offline=root in offline)
        unseen = [*offline, *found.failed]
        known = {p: s for p, s in known.items() if not any(p.is_relative_to(u) for u in unseen)}
        summary.offline = offline
        this = Pass(summary, hooks, limit, stamps=found.files)
        self._apply(scan.compare(found.files, known), this)
        self.catalog.purge(hooks.clock() - self.settings.keep_days * 86400)
        return summary

    def sync_paths(self, paths: Iterable[Path], hooks: Hooks) -> Summary:
        """The same for single files that something happened to."""
        this = Pass(Summary(), hooks)
        changes = self._look(set(paths), this)
        this.summary.found = len(this.stamps)
        self._apply(changes, this)
        return this.summary

    def rebuild(self, report: Callable[[int], None] = lambda done: None) -> int:  # noqa: ARG005
        """Make both derived stores anew from the catalog, without reading a photo."""
        self.catalog.unindex_all()
        done: list[Stale] = []
        alphabet = self.catalog.alphabet()

        def batches() -> Iterator[dict[int, dict[str, float]]]:
            with self.posteriors.rebuilt() as fresh:
                for batch in self.catalog.stale_batches(INDEX_BATCH):
                    fresh.apply(packed(batch), alphabet)
                    # what is done is remembered without its words: they may be millions
                    done.extend(replace(photo, words=None) for photo in batch)
                    report(len(done))
                    yield {p.id: weights(p.words) for p in batch if p.words is not None}

        self.index.rebuild(batches())
        self.catalog.indexed(done)
        return len(done)

    def ensure_index(self) -> bool:
        """Rebuild what is missing, damaged or out of step with the catalog; whether it did."""
        try:
            held = self.index.count(), len(self.posteriors.photos())
        except CatalogError:
            held = -1, -1
        least, most = self.catalog.searchable()
        if all(least <= count <= most for count in held):
            return False
        self.rebuild(lambda _: self.alive())  # it may take minutes
        return True

    # parts of a pass -----------------------------------------------------------------------

    def _offline(
        self, roots: Sequence[Path], found: dict[Path, Stamp], known: dict[Path, Stamp]
    ) -> list[Path]:
        """Roots whose photos are missing rather than deleted."""
        away = []
        for root in roots:
            had = [path for path in known if path.is_relative_to(root)]
            lost = sum(path not in found for path in had)
            moved = lost and lost <= sum(p.is_relative_to(root) and p not in known for p in found)
            share = lost / max(1, len(had))
            vanished = bool(had) and not any(p.is_relative_to(root) for p in found)
            if (
                not root.is_dir()
                or vanished
                or (len(had) >= _FEW and share > self.settings.missing_share and not moved)
            ):
                away.append(root)
        return away

    def _look(self, paths: set[Path], this: Pass) -> scan.Changes:
        """How single files differ from the catalog; what lies behind a link is not there."""
        found = scan.look(paths, self.settings.suffixes)
        files = {path: stamp for path, stamp in found.files.items() if not _linked(path)}
        known = {p: s for p, s in self.catalog.places().items() if p in paths}
        this.stamps.update(files)
        this.summary.problems.update(found.failed)
        return scan.compare(files, known)

    def _apply(self, changes: scan.Changes, this: Pass) -> None:
        """Take in and read what is new, newest first; then forget what is gone.

        New names come before lost ones, so a moved file finds its reading.
        """
        self.index_stale()  # a backlog may take hours, and a crash may have left something behind
        if self.work_off(changes, this):
            # what has come back meanwhile was found, so it has a stamp
            self._forget([path for path in changes.gone if path not in this.stamps], this)
        self.index_stale()

    def _forget(self, gone: Sequence[Path], this: Pass) -> None:
        self.catalog.drop_places(gone, this.hooks.clock())
        this.summary.removed += len(gone)

    def index_stale(self) -> None:
        """Let the full text catch up with the catalog."""
        self.ensure_index()
        while stale := self.catalog.stale(INDEX_BATCH):
            self.posteriors.apply(packed(stale), self.catalog.alphabet())
            self.index.apply({p.id: None if p.words is None else weights(p.words) for p in stale})
            self.catalog.indexed(stale)


def _linked(path: Path) -> bool:
    """Whether a link is on the way to `path`, which may then lie outside of the photo folder."""
    return os.path.realpath(path.parent) != os.fspath(path.parent)
