"""Debouncing of file events into batches of changes.

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
"""Files that are kept one by one; when more happens at once, everything is looked at."""

PATIENCE = 15
"""Folders that never come to rest are looked at after this many times the settling time."""


class Stop(Protocol):
    """Anything that can say whether to stop, for example threading.Event."""

    def is_set(self) -> bool:
        """Whether to stop."""


@dataclass(frozen=True)
class Batch:
    """What to look at: single files, or everything below the roots but what still grows."""

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
    """What happened since somebody looked; any thread may add to it.

    It stays small however much happens, for however long nobody looks.
    """

    def __init__(self) -> None:
        """Nothing has happened yet."""
        self._paths: set[Path] = set()
        self._everything = False
        self._some = threading.Condition()

    def add(self, path: Path | None) -> None:
        """Something happened to this file; None asks to look at everything."""
        with self._some:
            if path is not None and len(self._paths) < MAX_DIRTY:
                self._paths.add(path)
            else:
                self._everything = True
            self._some.notify()

    def take(self, seconds: float) -> tuple[set[Path], bool]:
        """Wait up to `seconds` for a hint; all files so far, and whether to look at everything."""
        with self._some:
            self._some.wait_for(lambda: self._paths or self._everything, timeout=seconds)
            taken = self._paths, self._everything
            self._paths, self._everything = set(), False
        return taken


@dataclass
class Debouncer:
    """Holds files back until their size and time have stood still for `seconds`."""

    seconds: float
    stamp: Callable[[Path], Stamp | None] = stamp_of
    _waiting: dict[Path, tuple[Stamp | None, float]] = field(default_factory=dict)

    def note(self, path: Path, now: float) -> None:
        """Something happened to `path`; its wait starts again."""
        self._waiting[path] = (self.stamp(path), now)

    def ready(self, now: float) -> frozenset[Path]:
        """Files that stood still long enough; each is given out once."""
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
    """How `follow` spends time; replaced in tests.

    Attributes:
        settle: seconds that a file must stand still.
        rescan: seconds between two looks at everything.
        poll: the same while events cannot be relied on.
        retry: seconds until the next look after a failed one; doubles, up to `poll`.
        tick: seconds between two looks at the waiting files.
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
    """When everything is looked at next."""

    timing: Timing
    scanned: float
    _asked: tuple[float, float] | None = None
    _failures: int = 0
    _well: bool = True

    def ask(self, now: float) -> None:
        """Look soon: once nobody has asked for the settling time, or for too long."""
        first = self._asked[0] if self._asked else now
        self._asked = first, now

    def due(self, now: float, *, reliable: bool) -> bool:
        """Whether the time has come."""
        often = min(self.timing.poll, self.timing.rescan)
        interval = self.timing.rescan if reliable else often
        if not self._well:
            interval = min(often, self.timing.retry * 2 ** min(self._failures - 1, 20))
        if now - self.scanned >= interval:
            return True
        if self._asked is None:
            return False
        first, last = self._asked
        return now - last >= self.timing.settle or now - first >= PATIENCE * self.timing.settle

    def failed(self, now: float) -> None:
        """Something could not be worked off, perhaps for longer: look soon, then less soon."""
        self._well = False
        self._failures += 1
        self.scanned = now

    def looking(self) -> None:
        """Everything is about to be looked at: what is asked for from now on is another matter."""
        self._asked = None
        if self._well:
            self._failures = 0
        self._well = True


def follow(
    dirty: DirtySet,
    stop: Stop,
    timing: Timing,
    *,
    failed: threading.Event | None = None,
    reliable: Callable[[], bool] = lambda: True,
) -> Iterator[Batch]:
    """Batches until `stop`.

    Args:
        dirty: what happens.
        stop: ends the batches.
        timing: see Timing.
        failed: set by the caller when a batch could not be worked off; everything follows soon.
        reliable: looks after the watching, and says whether all that happens becomes a hint.

    """
    debouncer = Debouncer(timing.settle)
    schedule = Schedule(timing, timing.clock())
    while not stop.is_set():
        sure = reliable()
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
        if schedule.due(now, reliable=sure):
            schedule.looking()
            # a look at everything includes what is ready
            yield Batch(everything=True, growing=debouncer.waiting)
            schedule.scanned = timing.clock()
        elif ready:
            yield Batch(paths=ready)
