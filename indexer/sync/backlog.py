"""The backlog of a sync run: files to hash and read, the newest first."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from indexer.entities import Failure, Stamp, State
from indexer.errors import PhotoError
from indexer.ocr.photo_file import GoneError, Limits
from indexer.ocr.protocols import Failed, Read, Skipped
from indexer.sync.batch_size import BatchSize
from indexer.sync.identity import identify, put_place
from indexer.sync.racy_stamps import without_racy_time
from indexer.sync.retry_backoff import retry_wait

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from indexer.catalog.catalog import Catalog
    from indexer.config import Settings
    from indexer.filesystem.changes import Changes
    from indexer.ocr.protocols import OcrEngine, Outcome
    from indexer.sync.comparison import DiskComparer
    from indexer.sync.derived_indexes import DerivedIndexes
    from indexer.sync.run_state import SyncRun

MAX_HASHED = 20
"""Files that are hashed at most between two checks of what has arrived."""

MAX_REASON = 500
"""Characters of a reason that are stored."""


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
        self._limits = Limits.of(settings)
        self._batch_size = BatchSize()

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
        size = self._batch_size.photos(self.settings.batch_photos)
        batch: dict[Path, str] = {}
        for _ in range(MAX_HASHED):
            if not run.waiting or len(batch) == size or run.hooks.stop():
                break
            path, known = run.next_file()
            content = known or self._hash_file(path, run)
            if content and run.begin(content):
                batch[path] = content
        return batch

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
            self._batch_size.note(seconds)
            for path, outcome in zip(paths, outcomes, strict=True):
                self._store(path, batch[path], outcome, seconds, run)
        if run.indexing.due(paths):
            self._indexes.catch_up(run.hooks.alive)
            run.indexing.followed()

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
        now = run.hooks.clock()
        next_try = now + retry_wait(attempts, self.settings.retry_minutes)
        reason = reason[:MAX_REASON]
        # as it was seen before it was read: if it has grown since, it is compared again
        stamp = without_racy_time(run.stamps.get(path, Stamp(0, 0)), now)
        failure = Failure(path, reason, attempts, next_try, os.access(path, os.R_OK))
        self._catalog.put_failure(failure, stamp, self._engine.id, now)
        run.finished(path, Failed(reason), seconds)
