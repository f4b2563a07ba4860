"""Debouncing of file events into batches of changed files.

Knows no file-system library, and its time comes from outside, so that tests need not wait.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from indexer.entities import Stamp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

MAX_DIRTY = 20_000
"""Files that are kept one by one; when more change at once, a rescan follows."""

MAX_SETTLE_TIMES = 15
"""Folders that never come to rest are rescanned after this many times the settling time."""


class Stop(Protocol):
    """A flag that asks to stop, for example threading.Event."""

    def is_set(self) -> bool:
        """Whether to stop."""


@dataclass(frozen=True)
class Batch:
    """Files to compare: single ones, or everything below the roots but those still growing."""

    paths: frozenset[Path] = frozenset()
    everything: bool = False
    growing: frozenset[Path] = frozenset()


def stamp_of(path: Path) -> Stamp | None:
    """Size and time of a file now, None if it is gone."""
    try:
        status = path.lstat()
    except OSError:
        return None
    return Stamp(status.st_size, status.st_mtime_ns)


class DirtySet:
    """Files that changed since `take` was called last; any thread may add to it.

    It stays small however much changes, for however long nobody takes it.
    """

    def __init__(self) -> None:
        """Start empty."""
        self._paths: set[Path] = set()
        self._everything = False
        self._some = threading.Condition()

    def add(self, path: Path | None) -> None:
        """Add a file that changed; None requests a rescan."""
        with self._some:
            if path is not None and len(self._paths) < MAX_DIRTY:
                self._paths.add(path)
            else:
                self._everything = True
            self._some.notify()

    def take(self, seconds: float) -> tuple[set[Path], bool]:
        """Wait up to `seconds` for a change; the files so far, and whether a rescan was requested."""
        with self._some:
            self._some.wait_for(lambda: self._paths or self._everything, timeout=seconds)
            taken = self._paths, self._everything
            self._paths, self._everything = set(), False
        return taken


@dataclass
class Debouncer:
    """Debounces file events: a path is ready once size and mtime are unchanged for `seconds`."""

    seconds: float
    stamp: Callable[[Path], Stamp | None] = stamp_of
    _waiting: dict[Path, tuple[Stamp | None, float]] = field(default_factory=dict)

    def note(self, path: Path, now: float) -> None:
        """Note a change of `path` at `now`, monotonic seconds; its wait starts again."""
        self._waiting[path] = (self.stamp(path), now)

    def ready(self, now: float) -> frozenset[Path]:
        """Files that were unchanged long enough at `now`; each is returned once."""
        done = set()
        for path, (known, since) in list(self._waiting.items()):
            current = self.stamp(path)
            if current != known:
                self._waiting[path] = (current, now)
            elif now - since >= self.seconds:
                done.add(path)
                del self._waiting[path]
        return frozenset(done)

    @property
    def waiting(self) -> frozenset[Path]:
        """Files that are held back."""
        return frozenset(self._waiting)


@dataclass
class Timing:
    """Intervals of `follow` in seconds, and its clock.

    Attributes:
        settle: seconds that a file must be unchanged.
        rescan: seconds between two rescans.
        poll: the same while events cannot be relied on.
        retry: seconds until the next look after a failed one; doubles, up to `poll`.
        tick: seconds between two checks of the waiting files.
        clock: monotonic seconds.

    """

    settle: float = 2.0
    rescan: float = 3600.0
    poll: float = 60.0
    retry: float = 5.0
    tick: float = 0.5
    clock: Callable[[], float] = time.monotonic


@dataclass
class Schedule:
    """Schedule of the rescans; times are monotonic seconds."""

    timing: Timing
    scanned: float
    _asked: tuple[float, float] | None = None
    _failures: int = 0
    _healthy: bool = True

    def ask(self, now: float) -> None:
        """Request a rescan: due once no request came for the settling time, or requests came for too long."""
        first = self._asked[0] if self._asked else now
        self._asked = first, now

    def due(self, now: float, *, reliable: bool) -> bool:
        """Whether a rescan is due; `reliable` says that no event is lost."""
        often = min(self.timing.poll, self.timing.rescan)
        interval = self.timing.rescan if reliable else often
        if not self._healthy:
            interval = min(often, self.timing.retry * 2 ** min(self._failures - 1, 20))
        if now - self.scanned >= interval:
            return True
        if self._asked is None:
            return False
        first, last = self._asked
        return (
            now - last >= self.timing.settle or now - first >= MAX_SETTLE_TIMES * self.timing.settle
        )

    def failed(self, now: float) -> None:
        """Schedule a rescan after a failed batch: soon, then less often, as the reason may last."""
        self._healthy = False
        self._failures += 1
        self.scanned = now

    def started(self) -> None:
        """Note that a rescan begins; it does not serve requests from now on."""
        self._asked = None
        if self._healthy:
            self._failures = 0
        self._healthy = True


def follow(
    dirty: DirtySet,
    stop: Stop,
    timing: Timing,
    *,
    failed: threading.Event | None = None,
    reliable: Callable[[], bool] = lambda: True,
) -> Iterator[Batch]:
    """Yield batches of complete files, and rescans, until `stop`.

    Args:
        dirty: files that change, as a watcher adds them.
        stop: ends the batches.
        timing: see Timing.
        failed: set by the caller when a batch failed; a rescan follows soon.
        reliable: mends the watching, and says whether every change is added to `dirty`.

    """
    debouncer = Debouncer(timing.settle)
    schedule = Schedule(timing, timing.clock())
    while not stop.is_set():
        is_reliable = reliable()
        if failed and failed.is_set():
            failed.clear()
            schedule.failed(timing.clock())
        paths, everything = dirty.take(timing.tick)
        for path in paths:
            debouncer.note(path, timing.clock())
        if everything:
            schedule.ask(timing.clock())
        now = timing.clock()
        ready = debouncer.ready(now)
        if schedule.due(now, reliable=is_reliable):
            schedule.started()
            # a rescan includes what is ready
            yield Batch(everything=True, growing=debouncer.waiting)
            schedule.scanned = timing.clock()
        elif ready:
            yield Batch(paths=ready)
