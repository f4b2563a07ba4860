"""State of one sync run: the files that wait, and the counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from indexer.ocr.protocols import Failed, Read
from indexer.sync.hooks import Step
from indexer.sync.index_schedule import IndexSchedule
from indexer.sync.reading_order import ReadingQueue
from indexer.sync.summary import Summary

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from indexer.entities import Stamp
    from indexer.sync.comparison import Comparison
    from indexer.sync.hooks import FinalOutcome, Hooks


class SyncRun:
    """One run under way: its queue of files, its counters, its caller.

    All state of a run is in here and changes through these methods only.
    """

    def __init__(
        self,
        comparison: Comparison,
        roots: Sequence[Path],
        hooks: Hooks,
        limit: int | None = None,
    ) -> None:
        """Begin a run over what `comparison` found below `roots`; read at most `limit` photos."""
        self.roots, self.hooks = roots, hooks
        self.summary = Summary(
            found=len(comparison.found),
            offline=list(comparison.offline),
            problems=dict(comparison.problems),
            incomplete=comparison.incomplete,
        )
        self._limit = limit
        self._total = 0
        self._stamps = dict(comparison.found)
        self._waiting = ReadingQueue()
        self._hashes: dict[Path, str] = {}  # of waiting files that the catalog has as places
        self._added = set(comparison.changes.added)
        self._begun: set[str] = set()  # content hashes that are read, or being read
        self.indexing = IndexSchedule(hooks.clock)

    # state of the run --------------------------------------------------------------------

    @property
    def stamps(self) -> Mapping[Path, Stamp]:
        """Stamp of every file that this run found and that is still there."""
        return self._stamps

    @property
    def waiting(self) -> int:
        """Files that wait to be hashed and read."""
        return len(self._waiting)

    @property
    def done(self) -> int:
        """Photos that are done, however they ended."""
        return self.summary.read + self.summary.empty + self.summary.failed

    @property
    def left(self) -> int | None:
        """How many photos may still be read; None if all."""
        return None if self._limit is None else max(0, self._limit - self.done)

    # the queue -----------------------------------------------------------------------------

    def enqueue(self, new: Collection[Path], unread: Mapping[Path, str]) -> None:
        """Let files wait: `new` ones, and places with content hashes that are still unread."""
        self._hashes = {
            path: content
            for path, content in unread.items()
            if path not in new and content not in self._begun
        }
        self._waiting.put_first({*new, *self._hashes}, self._stamps)
        self._total += len(new) + len(self._hashes)

    def admit(self, comparison: Comparison) -> None:
        """Let files that arrived in the middle of the run be read next."""
        self._stamps.update(comparison.found)
        self.summary.problems.update(comparison.problems)
        self.summary.incomplete |= comparison.incomplete
        self.summary.offline = list({*self.summary.offline, *comparison.offline})
        fresh = {*comparison.changes.added, *comparison.changes.changed}
        self._total += len(fresh.difference(self._waiting))
        self._added.update(comparison.changes.added)
        self.indexing.hurry(fresh)
        for path in fresh:
            self._hashes.pop(path, None)
        self._waiting.put_first(fresh, self._stamps)

    def next_file(self) -> tuple[Path, str | None]:
        """Take the first file of the queue, with its content hash if that is in the catalog."""
        path = self._waiting.take()
        return path, self._hashes.get(path)

    def begin(self, content: str) -> bool:
        """Begin to read a photo; False for a copy of one that this run has begun already."""
        if content in self._begun:
            self._total -= 1
            return False
        self._begun.add(content)
        return True

    # what became of a file -----------------------------------------------------------------

    def vanished(self) -> None:
        """Count a file that was gone before it was hashed; the next run compares it again."""
        self._total -= 1

    def needs_no_reading(self, path: Path) -> None:
        """A file holds a photo that was read before: it was moved or copied."""
        self._total -= 1
        self.summary.moved += int(path in self._added)

    def release(self, content: str) -> None:
        """A begun photo was not read after all: another copy of it may be."""
        self._begun.discard(content)

    def lost(self, path: Path) -> None:
        """Count a file that went away or was skipped; the next run compares it again."""
        self._stamps.pop(path, None)

    def finished(self, path: Path, outcome: FinalOutcome, seconds: float) -> None:
        """Count a photo that is done and report it to the caller."""
        match outcome:
            case Failed(reason):
                self.summary.failed += 1
                self.summary.problems[path] = reason
            case Read():
                empty = not outcome.reading.words
                self.summary.empty += int(empty)
                self.summary.read += int(not empty)
        total = max(self._total, self.done)
        self.hooks.report(Step(path, self.done, total, outcome, seconds))

    def count_failing(self, failed: Collection[Path]) -> None:
        """Count what failed before and was not tried in this run, among what it found."""
        known = self._stamps.keys() & set(failed)
        self.summary.failing = len(known - self.summary.problems.keys())

    def removed(self, paths: Collection[Path]) -> None:
        """Files were dropped from the catalog."""
        for path in paths:
            self._stamps.pop(path, None)
        self.summary.removed += len(paths)
