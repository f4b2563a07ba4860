"""File-system events, settled: the only module that knows watchdog.

Events are hints that say when to look; `Settler` waits until a file has stopped growing and
`watch` yields what is ready. Time comes from outside, so tests need not wait.
"""

from __future__ import annotations

import queue
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from watchdog.events import DirModifiedEvent, FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from indexer.photo import Stamp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from watchdog.observers.api import BaseObserver


class Stop(Protocol):
    """Anything that can say whether to stop, for example threading.Event."""

    def is_set(self) -> bool:
        """Whether to stop."""


@dataclass(frozen=True)
class Batch:
    """What to look at: single files, or everything below the roots."""

    paths: frozenset[Path] = frozenset()
    everything: bool = False


def stamp_of(path: Path) -> Stamp | None:
    """Size and time of a file now, None if it is gone."""
    try:
        status = path.lstat()
    except OSError:
        return None
    return Stamp(status.st_size, status.st_mtime_ns)


@dataclass
class Settler:
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
    def waiting(self) -> int:
        """How many files are held back."""
        return len(self._waiting)


class _Handler(FileSystemEventHandler):
    """Puts event paths into a queue; None asks to look at everything."""

    def __init__(self, events: queue.SimpleQueue[Path | None]) -> None:
        self._events = events

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Called by watchdog's thread."""
        if event.event_type in {"opened", "closed_no_write"}:
            return
        if event.is_directory:
            # a folder that is moved in or out is one event whatever it holds
            if not isinstance(event, DirModifiedEvent):
                self._events.put(None)
            return
        for name in (event.src_path, event.dest_path):
            if name:
                self._events.put(Path(name if isinstance(name, str) else name.decode()))


def observe(roots: Sequence[Path], events: queue.SimpleQueue[Path | None]) -> BaseObserver:
    """Start watching; roots that do not exist are left to the periodic rescan."""
    observer = Observer()
    handler = _Handler(events)
    for root in roots:
        if root.is_dir():
            observer.schedule(handler, str(root), recursive=True)
    observer.start()
    return observer


@dataclass
class Pace:
    """How `watch` spends time; replaced in tests.

    Attributes:
        settle: seconds that a file must stand still.
        rescan: seconds between two looks at everything.
        tick: seconds between two looks at the waiting files.
        clock: monotonic seconds.

    """

    settle: float = 2.0
    rescan: float = 3600.0
    tick: float = 0.5
    clock: Callable[[], float] = time.monotonic


def watch(roots: Sequence[Path], stop: Stop, pace: Pace) -> Iterator[Batch]:
    """Settled batches until `stop`. The first asks for everything: the observer runs by then."""
    events: queue.SimpleQueue[Path | None] = queue.SimpleQueue()
    observer = observe(roots, events)
    try:
        yield Batch(everything=True)
        yield from follow(events, stop, pace, alive=observer.is_alive)
    finally:
        observer.stop()
        observer.join(timeout=5)


def follow(
    events: queue.SimpleQueue[Path | None],
    stop: Stop,
    pace: Pace,
    *,
    alive: Callable[[], bool] = lambda: True,
) -> Iterator[Batch]:
    """Batches from a queue of events; a dead observer is replaced by frequent rescans."""
    settler = Settler(pace.settle)
    scanned, folder_event = pace.clock(), None
    while not stop.is_set():
        for path in drain(events, pace.tick):
            if path is None:
                folder_event = pace.clock()
            else:
                settler.note(path, pace.clock())
        now = pace.clock()
        interval = pace.rescan if alive() else min(pace.rescan, 30.0)
        settled = folder_event is not None and now - folder_event >= pace.settle
        if settled or now - scanned >= interval:
            scanned, folder_event = now, None
            yield Batch(everything=True)
        elif ready := settler.ready(now):
            yield Batch(paths=ready)


def drain(events: queue.SimpleQueue[Path | None], seconds: float) -> list[Path | None]:
    """Wait up to `seconds` for an event, then take all there are."""
    found: list[Path | None] = []
    try:
        found.append(events.get(timeout=seconds))
        while True:
            found.append(events.get_nowait())
    except queue.Empty:
        return found
