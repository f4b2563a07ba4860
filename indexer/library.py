"""The one object that the rest talks to: it keeps disk, catalog and derived stores in step."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from indexer import opening, scan
from indexer.derived import packed, weights
from indexer.errors import CatalogError, PhotoError
from indexer.opening import GoneError, Limits
from indexer.passes import Pass, Summary
from indexer.photo import Failure, Stamp, State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from indexer.catalog import Catalog
    from indexer.config import Settings
    from indexer.derived import Stores
    from indexer.passes import Hooks
    from indexer.photo import Stale
    from indexer.reading import Eyes, Read

INDEX_BATCH = 200
"""Photos in one commit of the full text."""

INDEX_SECONDS = 30.0
"""What is read can be found after this time, even in the middle of a long backlog."""

PATIENCE = 3.0
"""Seconds that photos read together should take: a photo that arrives meanwhile waits for them."""

_LOOKS = 20
"""Files taken in between two looks at what has arrived."""

_LONGEST_REASON = 500

_FEW = 10
"""Below this many photos a folder may lose any share of them without being taken for offline."""


class Library:
    """Photos on disk, their catalog and their full text."""

    def __init__(self, settings: Settings, catalog: Catalog, stores: Stores, eyes: Eyes) -> None:
        """`eyes` read what is new."""
        self.settings, self.catalog, self.eyes = settings, catalog, eyes
        self.index, self.posteriors = stores.index, stores.posteriors
        self._limits = Limits(settings.max_megapixels * 1e6, settings.max_megabytes * 1e6)
        self._seconds = 0.0  # that a photo takes, by experience

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
        self.rebuild()
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
        due = self.catalog.due(this.hooks.clock(), self.eyes.engine)
        new = {*changes.added, *changes.changed, *(path for path in due if path in this.stamps)}
        this.added.update(changes.added)
        self._queue(new, this)
        if self._work_off(this):
            # a moved file that another engine had read, for example
            self._queue(set(), this)
            self._work_off(this)
            # what has come back meanwhile was found, so it has a stamp
            self._forget([path for path in changes.gone if path not in this.stamps], this)
        self.index_stale()

    def _queue(self, new: set[Path], this: Pass) -> None:
        """Let `new` files wait to be taken in and read, and those that were taken in before."""
        this.known = {
            path: content
            for path, content in self.catalog.unread(self.eyes.engine).items()
            if path in this.stamps and path not in new and content not in this.begun
        }
        this.put_first({*new, *this.known})
        this.total += len(new) + len(set(this.known.values()))

    def _work_off(self, this: Pass) -> bool:
        """Read what waits, a few photos at a time; False if this pass was told to end before."""
        while this.waiting and not this.hooks.stop():
            arrived = this.hooks.arrived()
            if arrived:
                self._admit(set(arrived), this)
            self._read_some(self._next(this), this)
            if arrived is None:  # only now, so that every pass gets somewhere
                break
        return not this.waiting

    def _admit(self, arrived: set[Path], this: Pass) -> None:
        """Let files that arrived in the middle of a pass be read next."""
        changes = self._look(arrived, this)
        fresh = {*changes.added, *changes.changed}
        this.total += len(fresh.difference(this.waiting))
        this.added.update(changes.added)
        this.urgent.update(fresh)
        for path in fresh:
            this.known.pop(path, None)
        this.put_first(fresh)
        for path in changes.gone:
            this.stamps.pop(path, None)
        self._forget(changes.gone, this)

    def _forget(self, gone: Sequence[Path], this: Pass) -> None:
        self.catalog.drop_places(gone, this.hooks.clock())
        this.summary.removed += len(gone)

    def _next(self, this: Pass) -> dict[Path, str]:
        """Photos to read together, with their content; what is new is taken in on the way."""
        together = int(PATIENCE / self._seconds) if self._seconds else self.settings.batch_photos
        size = max(1, min(together, self.settings.batch_photos))
        chosen: dict[Path, str] = {}
        for _ in range(_LOOKS):
            if not this.waiting or len(chosen) == size or this.hooks.stop():
                break
            path = this.waiting.popleft()
            content = this.known.get(path) or self._take_in(path, this)
            if content in this.begun:  # a copy
                this.total -= 1
            elif content:
                this.begun.add(content)
                chosen[path] = content
        return chosen

    def _take_in(self, path: Path, this: Pass) -> str | None:
        """The content hash of a file that is to be read; None if there is nothing to read."""
        try:
            content, stamp = opening.content_hash(path, self._limits)
            state = self.catalog.put_place(path, stamp, content)
        except GoneError:
            this.total -= 1
        except PhotoError as error:
            self._fail(path, str(error), this)
        else:
            if state is State.PENDING:
                return content
            this.total -= 1
            this.summary.moved += path in this.added
        return None

    def _read_some(self, chosen: dict[Path, str], this: Pass) -> None:
        """Read a few photos and, where it is time, let the full text follow."""
        paths = list(chosen)[: this.left]
        if paths:
            start = time.perf_counter()
            outcomes = self.eyes.read(paths, self._limits, this.hooks.stop)
            seconds = (time.perf_counter() - start) / len(paths)
            self._seconds = (self._seconds + seconds) / 2
            for path, outcome in zip(paths, outcomes, strict=True):
                if isinstance(outcome, str):
                    self._fail(path, outcome, this, seconds)
                elif outcome is None:  # gone, or given up: another copy may be read
                    this.begun.discard(chosen[path])
                    this.stamps.pop(path, None)
                else:
                    self._keep(path, chosen[path], outcome, this, seconds)
        this.behind += len(paths)
        late = this.hooks.clock() - this.committed >= INDEX_SECONDS
        if this.behind and (late or this.behind >= INDEX_BATCH or this.urgent.intersection(paths)):
            self.index_stale()
            this.behind, this.committed = 0, this.hooks.clock()

    def index_stale(self) -> None:
        """Let the full text catch up with the catalog."""
        self.ensure_index()
        while stale := self.catalog.stale(INDEX_BATCH):
            self.posteriors.apply(packed(stale), self.catalog.alphabet())
            self.index.apply({p.id: None if p.words is None else weights(p.words) for p in stale})
            self.catalog.indexed(stale)

    def _keep(self, path: Path, content: str, read: Read, this: Pass, seconds: float) -> None:
        if read.content != content:  # it changed after it was taken in
            self.catalog.put_place(path, read.stamp, read.content)
        words = read.reading.words
        self.catalog.put_reading(read.content, read.reading, self.eyes.engine)
        this.summary.read += bool(words)
        this.summary.empty += not words
        this.step(path, f"{len(words)} words", seconds)

    def _fail(self, path: Path, reason: str, this: Pass, seconds: float = 0.0) -> None:
        attempts = 1 + self.catalog.attempts(path)
        wait = self.settings.retry_minutes * 60 * 2 ** min(attempts - 1, 10)
        # names that are not UTF-8 come in here, and what decoders make of damaged text
        reason = reason.encode(errors="backslashreplace").decode()[:_LONGEST_REASON]
        failure = Failure(path, reason, attempts, this.hooks.clock() + wait)
        found = scan.look([path], self.settings.suffixes).files
        self.catalog.put_failure(failure, found.get(path, Stamp(0, 0)), self.eyes.engine)
        this.summary.failed += 1
        this.summary.problems[path] = reason
        this.step(path, f"failed: {reason}", seconds)


def _linked(path: Path) -> bool:
    """Whether a link is on the way to `path`, which may then lie outside of the photo folder."""
    return os.path.realpath(path.parent) != os.fspath(path.parent)
