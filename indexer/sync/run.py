"""State, callbacks and summary of one sync run."""

from __future__ import annotations

import logging
import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from indexer.entities import State
from indexer.ocr.protocols import Failed, Read

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from indexer.entities import Stamp
    from indexer.sync.comparison import Comparison

INDEX_BATCH = 200
"""Photos in one commit of the derived stores."""

INDEX_SECONDS = 30.0
"""What is read can be found after this time, even in the middle of a long backlog."""

log = logging.getLogger("ocrsearch")

FinalOutcome: TypeAlias = Read | Failed
"""An outcome that is stored; a skipped photo stays pending."""


@dataclass(frozen=True)
class Step:
    """One photo that is done: which of how many, its outcome, and the seconds it took."""

    path: Path
    done: int
    total: int
    outcome: FinalOutcome
    seconds: float


def log_step(step: Step) -> None:
    """Log one line about a photo; its fields, typed, are for programs (`--log-json`)."""
    text, fields = _described(step.outcome)
    fields |= {"photo": str(step.path), "outcome": text, "seconds": round(step.seconds, 2)}
    log.info("%s: %s (%.1f s)", step.path, text, step.seconds, extra=fields)


def _described(outcome: FinalOutcome) -> tuple[str, dict[str, object]]:
    """An outcome as text for people, and as fields for programs."""
    match outcome:
        case Failed(reason):
            return f"failed: {reason}", {"state": State.FAILED, "reason": reason}
        case Read():
            words = len(outcome.reading.words)
            state = State.READ if words else State.EMPTY
            return f"{words} words", {"state": state, "words": words}


@dataclass
class Summary:
    """Counts of one run, and what went wrong; only its `SyncRun` writes to it."""

    found: int
    read: int = 0
    empty: int = 0
    failed: int = 0
    removed: int = 0
    moved: int = 0
    failing: int = 0
    offline: list[Path] = field(default_factory=list)
    problems: dict[Path, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Hooks:
    """Callbacks from a run to its caller.

    Attributes:
        stop: whether to end now; a photo that is being read is given up and stays pending.
        report: called with each photo that is done.
        clock: seconds since 1970.
        arrived: called between photos: returns files to read next, before all that wait, or None
            if the run shall end soon, because a rescan is due.
        failed: called when a run ended with an error.
        alive: called now and then during long work that reads no photo.

    """

    stop: Callable[[], bool] = lambda: False
    report: Callable[[Step], None] = lambda step: None  # noqa: ARG005
    clock: Callable[[], float] = time.time
    arrived: Callable[[], frozenset[Path] | None] = frozenset
    failed: Callable[[], None] = lambda: None
    alive: Callable[[], None] = lambda: None


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
        )
        self._limit = limit
        self._total = 0
        self._stamps = dict(comparison.found)
        self._waiting: deque[Path] = deque()
        self._hashes: dict[Path, str] = {}  # of waiting files that the catalog has as places
        self._added = set(comparison.changes.added)
        self._urgent: set[Path] = set()  # arrived in the middle of the run
        self._begun: set[str] = set()  # content hashes that are read, or being read
        self._unindexed = 0
        self._indexed_at = hooks.clock()  # the stores are level with the catalog at the beginning

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
        self._put_first({*new, *self._hashes})
        self._total += len(new) + len(self._hashes)

    def admit(self, comparison: Comparison) -> None:
        """Let files that arrived in the middle of the run be read next."""
        self._stamps.update(comparison.found)
        self.summary.problems.update(comparison.problems)
        self.summary.offline = list({*self.summary.offline, *comparison.offline})
        fresh = {*comparison.changes.added, *comparison.changes.changed}
        self._total += len(fresh.difference(self._waiting))
        self._added.update(comparison.changes.added)
        self._urgent.update(fresh)
        for path in fresh:
            self._hashes.pop(path, None)
        self._put_first(fresh)

    def _put_first(self, paths: Iterable[Path]) -> None:
        """Let files wait before all others, the newest first."""
        wanted = set(paths)
        first = sorted(wanted, key=lambda path: -self._stamps[path].mtime_ns)
        self._waiting = deque([*first, *(p for p in self._waiting if p not in wanted)])

    def next_file(self) -> tuple[Path, str | None]:
        """Take the first file of the queue, with its content hash if that is in the catalog."""
        path = self._waiting.popleft()
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

    # the derived stores --------------------------------------------------------------------

    def index_due(self, paths: Collection[Path]) -> bool:
        """Count photos that were read together; whether the derived stores should follow now."""
        self._unindexed += len(paths)
        late = self.hooks.clock() - self._indexed_at >= INDEX_SECONDS
        urgent = bool(self._urgent.intersection(paths))
        return bool(self._unindexed) and (late or self._unindexed >= INDEX_BATCH or urgent)

    def indexed(self) -> None:
        """The derived stores have caught up with the catalog."""
        self._unindexed, self._indexed_at = 0, self.hooks.clock()
