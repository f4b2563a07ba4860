"""The middle of a pass: files that wait are taken in and read, the newest first."""

from __future__ import annotations

import os
import time
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from indexer.entities import Failure, Stamp, State
from indexer.errors import PhotoError
from indexer.ocr import image
from indexer.ocr.image import GoneError, Limits
from indexer.ocr.protocols import Read

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from indexer.catalog.catalog import Catalog
    from indexer.config import Settings
    from indexer.filesystem import scan
    from indexer.ocr.protocols import OcrEngine
    from indexer.sync.run import Pass

INDEX_BATCH = 200
"""Photos in one commit of the full text."""

INDEX_SECONDS = 30.0
"""What is read can be found after this time, even in the middle of a long backlog."""

PATIENCE = 3.0
"""Seconds that photos read together should take: a photo that arrives meanwhile waits for them."""

_LOOKS = 20
"""Files taken in between two looks at what has arrived."""

_LONGEST_REASON = 500


class Intake(ABC):
    """Reads what waits and writes it down; what to do with the disk and the full text is not its."""

    def __init__(self, settings: Settings, catalog: Catalog, engine: OcrEngine) -> None:
        """`engine` reads what is new."""
        self.settings, self.catalog, self.engine = settings, catalog, engine
        self._limits = Limits(settings.max_megapixels * 1e6, settings.max_megabytes * 1e6)
        self._seconds = 0.0  # that a photo takes, by experience

    @abstractmethod
    def _look(self, paths: set[Path], this: Pass) -> scan.Changes:
        """How single files differ from the catalog; `this.stamps` learns those that are there."""

    @abstractmethod
    def _forget(self, gone: Sequence[Path], this: Pass) -> None:
        """Drop files that are no longer there."""

    @abstractmethod
    def index_stale(self) -> None:
        """Let the full text catch up with the catalog."""

    def work_off(self, changes: scan.Changes, this: Pass) -> bool:
        """Take in and read what is new, and what waits or is due among the files of this pass.

        False if it was told to end before all was done.
        """
        due = self.catalog.due(this.hooks.clock(), self.engine.id)
        new = {*changes.added, *changes.changed, *(path for path in due if path in this.stamps)}
        this.added.update(changes.added)
        self._queue(new, this)
        while this.waiting:
            if not self._work_off(this):
                return False
            # another place of a photo that failed at one, or what another engine had read
            self._queue(set(), this)
        return True

    def _queue(self, new: set[Path], this: Pass) -> None:
        """Let `new` files wait to be taken in and read, and those that were taken in before."""
        this.known = {
            path: content
            for path, content in self.catalog.unread(self.engine.id, this.stamps).items()
            if path not in new and content not in this.begun
        }
        this.put_first({*new, *this.known})
        this.total += len(new) + len(this.known)

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
            content, stamp = image.content_hash(path, self._limits)
            state = self._put_place(path, stamp, content, this)
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
            outcomes = self.engine.read(paths, self._limits, this.hooks.stop)
            seconds = (time.perf_counter() - start) / len(paths)
            self._seconds = (self._seconds + seconds) / 2
            for path, outcome in zip(paths, outcomes, strict=True):
                if not isinstance(outcome, Read):  # another copy may be read
                    this.begun.discard(chosen[path])
                if isinstance(outcome, str):
                    self._fail(path, outcome, this, seconds)
                elif outcome is None:  # gone, or given up
                    this.stamps.pop(path, None)
                else:
                    self._keep(path, chosen[path], outcome, this, seconds)
        this.behind += len(paths)
        late = this.hooks.clock() - this.committed >= INDEX_SECONDS
        if this.behind and (late or this.behind >= INDEX_BATCH or this.urgent.intersection(paths)):
            self.index_stale()
            this.behind, this.committed = 0, this.hooks.clock()

    def _put_place(self, path: Path, stamp: Stamp, content: str, this: Pass) -> State:
        file = path, this.settled(stamp), content
        return self.catalog.put_places([file], this.hooks.clock())[0]

    def _keep(self, path: Path, content: str, read: Read, this: Pass, seconds: float) -> None:
        if read.content != content:  # it changed after it was taken in
            self._put_place(path, read.stamp, read.content, this)
        words = read.reading.words
        self.catalog.put_reading(read.content, read.reading, self.engine.id)
        this.summary.read += bool(words)
        this.summary.empty += not words
        this.step(path, f"{len(words)} words", seconds)

    def _fail(self, path: Path, reason: str, this: Pass, seconds: float = 0.0) -> None:
        if not os.path.lexists(path):
            this.stamps.pop(path, None)  # deleted or unmounted meanwhile: the next pass sees which
            return
        attempts = 1 + self.catalog.attempts(path)
        wait = self.settings.retry_minutes * 60 * 2 ** min(attempts - 1, 10)
        now = this.hooks.clock()
        reason = reason[:_LONGEST_REASON]
        failure = Failure(path, reason, attempts, now + wait)
        # as it was seen before it was read: if it has grown since, it is looked at again
        stamp = this.settled(this.stamps.get(path, Stamp(0, 0)))
        self.catalog.put_failure(failure, stamp, self.engine.id, now)
        this.summary.failed += 1
        this.summary.problems[path] = reason
        this.step(path, f"failed: {reason}", seconds)
