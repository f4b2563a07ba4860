"""The one object that the rest talks to: it keeps disk, catalog and derived stores in step."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from indexer.errors import DamageError
from indexer.filesystem import scan
from indexer.stores.posteriors import packed_words
from indexer.stores.terms import term_weights
from indexer.sync.backlog import INDEX_BATCH, Intake
from indexer.sync.offline import Guard
from indexer.sync.run import Pass, Summary

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from pathlib import Path

    from indexer.catalog.catalog import Catalog
    from indexer.config import Settings
    from indexer.entities import PhotoId, Stale
    from indexer.ocr.protocols import Eyes
    from indexer.stores.stores import Stores
    from indexer.sync.run import Hooks


class Library(Intake):
    """Photos on disk, their catalog and their full text."""

    def __init__(self, settings: Settings, catalog: Catalog, stores: Stores, eyes: Eyes) -> None:
        """`eyes` read what is new. `alive` is called now and then during long work."""
        super().__init__(settings, catalog, eyes)
        self.index, self.posteriors = stores.index, stores.posteriors
        self.alive: Callable[[], None] = lambda: None
        self._guard = Guard(catalog, settings.missing_share)
        self._compared = False

    # one pass ------------------------------------------------------------------------------

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
            forget: drop the photos of offline folders after all.
            leave: files that are still being written.

        """
        found = scan.walk(roots, self.settings.suffixes)
        known = self._guard.known(roots)
        summary = Summary(found=len(found.files), problems=dict(found.failed))
        summary.offline = [] if forget else self._guard.away(roots, found.files, known)
        for root in roots:
            self.catalog.set_root(root, offline=root in summary.offline)
        self._guard.remember(roots, found.mounts, summary.offline)
        missing = {root for root in roots if forget and not root.exists()}
        changes = scan.compare(found.files, known).but(
            [*summary.offline, *(found.failed.keys() - missing)]
        )
        changes = changes.without(leave)
        self._apply(changes, Pass(summary, hooks, roots, limit, stamps=found.files))
        self.catalog.purge(hooks.clock() - self.settings.keep_days * 86400)
        return summary

    def sync_paths(self, roots: Sequence[Path], paths: Collection[Path], hooks: Hooks) -> Summary:
        """The same for single files below `roots` that something happened to."""
        this = Pass(Summary(), hooks, roots)
        changes = self._look(set(paths), this)
        this.summary.found = len(this.stamps)
        self._apply(changes, this)
        return this.summary

    def rebuild(self, report: Callable[[int], None] = lambda done: None) -> int:  # noqa: ARG005
        """Make both derived stores anew from the catalog, without reading a photo."""
        self.catalog.unindex_all()
        done: list[Stale] = []
        alphabet = self.catalog.alphabet()

        def batches() -> Iterator[dict[PhotoId, dict[str, float]]]:
            with self.posteriors.rebuilt() as fresh:
                for batch in self.catalog.stale_batches(INDEX_BATCH):
                    fresh.apply(packed_words(batch), alphabet)
                    # what is done is remembered without its words: they may be millions
                    done.extend(replace(photo, words=None) for photo in batch)
                    report(len(done))
                    yield {p.id: term_weights(p.words) for p in batch if p.words is not None}

        self.index.rebuild(batches())
        self.catalog.indexed(done)
        return len(done)

    def ensure_index(self) -> bool:
        """Rebuild what is missing, damaged or out of step with the catalog; whether it did."""
        try:
            if self._in_step():
                return False
        except DamageError:
            pass
        self.rebuild(lambda _: self.alive())  # it may take minutes
        return True

    def _in_step(self) -> bool:
        """Whether the derived stores hold what they should: photo by photo once, then by number."""
        if not self.index.is_current():
            return False
        seen = self.posteriors.photos()
        if self._compared:
            least, more = self.catalog.count_searchable()
            return all(least <= n <= least + more for n in (self.index.count(), len(seen)))
        self._compared = True
        must, may = self.catalog.searchable()
        return all(must <= held <= must | may for held in (self.index.photos(), seen))

    # parts of a pass -----------------------------------------------------------------------

    def _look(self, paths: set[Path], this: Pass) -> scan.Changes:
        """How single files differ from the catalog, as far as can be seen."""
        # a hard link changes with its file, but only one of the names is told
        wanted = list({*paths, *self.catalog.copies(paths)})
        found = scan.look(wanted, this.roots, self.settings.suffixes)
        this.stamps.update(found.files)
        this.summary.problems.update(found.failed)
        changes = scan.compare(found.files, self.catalog.places(wanted))
        if changes.gone:
            offline, fallen = self._guard.unseen(this.roots, changes, found.files)
            this.summary.offline = list({*this.summary.offline, *offline})
            changes = changes.but([*offline, *found.failed, *fallen])
        return changes

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
        try:
            while stale := self.catalog.stale(INDEX_BATCH):
                self.posteriors.apply(packed_words(stale), self.catalog.alphabet())
                self.index.apply(
                    {p.id: None if p.words is None else term_weights(p.words) for p in stale}
                )
                self.catalog.indexed(stale)
        except DamageError:
            self.rebuild(lambda _: self.alive())
