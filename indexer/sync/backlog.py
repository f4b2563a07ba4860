"""The backlog of a sync run: files to hash and read, the newest first."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from indexer.entities import Failure, Stamp, State
from indexer.errors import PhotoError
from indexer.ocr.image import GoneError, Limits
from indexer.ocr.protocols import Failed, Read, Skipped
from indexer.sync.identity import identify, put_place, without_racy_time

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from indexer.catalog.catalog import Catalog
    from indexer.config import Settings
    from indexer.filesystem.scan import Changes
    from indexer.ocr.protocols import OcrEngine, Outcome
    from indexer.sync.comparison import DiskComparer
    from indexer.sync.indexes import DerivedIndexes
    from indexer.sync.run import SyncRun

BATCH_SECONDS = 3.0
"""Time that photos read together should take: a photo that arrives meanwhile waits for them."""

MAX_HASHED = 20
"""Files that are hashed at most between two checks of what has arrived."""

MAX_REASON = 500
"""Characters of a reason that are stored."""

MAX_DOUBLINGS = 10
"""How often the wait before the next try of a failed photo doubles."""


class Backlog:
    """Hashes files, reads photos that need it, and stores the results in the catalog."""

    def __init__(
        self,
        settings: Settings,
        catalog: Catalog,
        engine: OcrEngine,
        comparer: DiskComparer,
        indexes: DerivedIndexes,
    ) -> None:
        """Read with `engine` into `catalog`; `comparer` compares files that arrive meanwhile."""
        self.settings = settings
        self._catalog, self._engine = catalog, engine
        self._comparer, self._indexes = comparer, indexes
        self._limits = Limits(settings.max_megapixels * 1e6, settings.max_megabytes * 1e6)
        self._photo_seconds = 0.0  # running mean of what a photo takes, 0 before the first

    def drain(self, changes: Changes, run: SyncRun) -> bool:
        """Read what is new, and what waits or is due among the files of this run.

        False if it was stopped before all was done.
        """
        due = self._catalog.due(run.hooks.clock(), self._engine.id)
        new = {*changes.added, *changes.changed, *(path for path in due if path in run.stamps)}
        self._enqueue(new, run)
        while run.waiting:
            if not self._drain_queue(run):
                return False
            # another place of a photo that failed at one, or what another engine had read
            self._enqueue(set(), run)
        return True

    def forget(self, gone: Sequence[Path], run: SyncRun) -> None:
        """Drop files from the catalog that are no longer there."""
        self._catalog.drop_places(gone, run.hooks.clock())
        run.removed(gone)

    def _enqueue(self, new: Collection[Path], run: SyncRun) -> None:
        run.enqueue(new, self._catalog.unread(self._engine.id, run.stamps))

    def _drain_queue(self, run: SyncRun) -> bool:
        """Read the queue, a few photos at a time; False if this run was stopped before."""
        while run.waiting and not run.hooks.stop():
            arrived = run.hooks.arrived()
            if arrived:
                self._admit(arrived, run)
            self._read_batch(self._next_batch(run), run)
            if arrived is None:  # only now, so that every run gets somewhere
                break
        return not run.waiting

    def _admit(self, arrived: Collection[Path], run: SyncRun) -> None:
        """Let files that arrived in the middle of a run be read next."""
        compared = self._comparer.compare_files(arrived, run.roots)
        run.admit(compared)
        self.forget(compared.changes.gone, run)

    # hashing -------------------------------------------------------------------------------

    def _next_batch(self, run: SyncRun) -> dict[Path, str]:
        """Photos to read together, with their content hashes; new files are hashed on the way."""
        size = self._batch_size()
        batch: dict[Path, str] = {}
        for _ in range(MAX_HASHED):
            if not run.waiting or len(batch) == size or run.hooks.stop():
                break
            path, known = run.next_file()
            content = known or self._hash_file(path, run)
            if content and run.begin(content):
                batch[path] = content
        return batch

    def _batch_size(self) -> int:
        """How many photos take about BATCH_SECONDS, by experience."""
        largest = self.settings.batch_photos
        if not self._photo_seconds:
            return max(1, largest)
        return max(1, min(int(BATCH_SECONDS / self._photo_seconds), largest))

    def _hash_file(self, path: Path, run: SyncRun) -> str | None:
        """The content hash of a file that is to be read; None if there is nothing to read."""
        try:
            content, state = identify(path, self._limits, self._catalog, run.hooks.clock())
        except GoneError:
            run.vanished()
        except PhotoError as error:
            self._fail(path, str(error), run)
        else:
            if state is State.PENDING:
                return content
            run.needs_no_reading(path)
        return None

    # reading -------------------------------------------------------------------------------

    def _read_batch(self, batch: dict[Path, str], run: SyncRun) -> None:
        """Read a few photos and, where it is time, let the derived stores follow."""
        paths = list(batch)[: run.left]
        if paths:
            start = time.perf_counter()
            outcomes = self._engine.read(paths, self._limits, run.hooks.stop)
            seconds = (time.perf_counter() - start) / len(paths)
            self._photo_seconds = (self._photo_seconds + seconds) / 2
            for path, outcome in zip(paths, outcomes, strict=True):
                self._store(path, batch[path], outcome, seconds, run)
        if run.index_due(paths):
            self._indexes.catch_up(run.hooks.alive)
            run.indexed()

    def _store(
        self, path: Path, content: str, outcome: Outcome, seconds: float, run: SyncRun
    ) -> None:
        """Store what became of one photo whose content hash was `content`."""
        match outcome:
            case Read():
                self._keep(path, content, outcome, seconds, run)
            case Failed(reason):
                run.release(content)
                self._fail(path, reason, run, seconds)
            case Skipped():
                run.release(content)
                run.lost(path)

    def _keep(self, path: Path, content: str, read: Read, seconds: float, run: SyncRun) -> None:
        if read.content != content:  # it changed after it was hashed
            put_place(path, read.stamp, read.content, self._catalog, run.hooks.clock())
        self._catalog.put_reading(read.content, read.reading, self._engine.id)
        run.finished(path, read, seconds)

    def _fail(self, path: Path, reason: str, run: SyncRun, seconds: float = 0.0) -> None:
        if not os.path.lexists(path):
            run.lost(path)  # deleted or unmounted meanwhile: the next run finds out which
            return
        attempts = 1 + self._catalog.attempts(path)
        wait = self.settings.retry_minutes * 60 * 2 ** min(attempts - 1, MAX_DOUBLINGS)
        now = run.hooks.clock()
        reason = reason[:MAX_REASON]
        # as it was seen before it was read: if it has grown since, it is compared again
        stamp = without_racy_time(run.stamps.get(path, Stamp(0, 0)), now)
        failure = Failure(path, reason, attempts, now + wait, os.access(path, os.R_OK))
        self._catalog.put_failure(failure, stamp, self._engine.id, now)
        run.finished(path, Failed(reason), seconds)
