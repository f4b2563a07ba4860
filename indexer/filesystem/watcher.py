"""File-system events, added to a dirty set: the only module besides `inotify_overflow` that imports watchdog.

Events say when to look, never what is true. Where they may be incomplete, everything is looked at
again: after an overflow, a failure, the return of a folder; and often where the kernel tells
nothing, as on network mounts.
"""

from __future__ import annotations

import logging
import os
import sys
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from watchdog import events
from watchdog.observers import Observer

from indexer.filesystem.change_batches import Batch, Stop, follow
from indexer.filesystem.dirty_set import DirtySet
from indexer.filesystem.network_mounts import must_be_polled
from indexer.filesystem.watch_limits import ADVICE, advice

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator, Sequence

    from watchdog.observers.api import BaseObserver

    from indexer.filesystem.inotify_overflow import OverflowAwareInotify
    from indexer.filesystem.rescan_schedule import Timing

log = logging.getLogger("ocrsearch")

CHECK_SECONDS = 5.0
"""Time between two checks of whether the watching works and the folders are the same."""

RESTART_SECONDS = 60.0
"""Time between two attempts to watch what could not be watched."""

_EVENTS: list[type[events.FileSystemEvent]] = [
    events.DirAttribEvent,
    events.DirCreatedEvent,
    events.DirDeletedEvent,
    events.DirMovedEvent,
    events.FileAttribEvent,
    events.FileClosedEvent,
    events.FileCreatedEvent,
    events.FileDeletedEvent,
    events.FileModifiedEvent,
    events.FileMovedEvent,
]
"""Events that change something: to open a file for reading is none."""


class _Handler(events.FileSystemEventHandler):
    """Adds the path of each event to a dirty set."""

    def __init__(self, dirty: DirtySet) -> None:
        self._dirty = dirty

    def on_any_event(self, event: events.FileSystemEvent) -> None:
        """Called by watchdog's thread."""
        if event.is_directory:
            # a folder that is moved in or out is one event whatever it holds
            self._dirty.add(None)
            return
        for name in (event.src_path, event.dest_path):
            if name:
                self._dirty.add(Path(os.fsdecode(name)))


class FolderWatcher:
    """Watches folders, which may go away, come back, or have another one mounted over them."""

    def __init__(
        self, roots: Sequence[Path], dirty: DirtySet, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Start watching; a root that is missing is watched once it comes.

        Args:
            roots: photo folders.
            dirty: where changes are added.
            clock: monotonic seconds.

        """
        self._roots, self._dirty, self._clock = roots, dirty, clock
        self._logged: set[str] = set()
        self._inotify: OverflowAwareInotify | None = None
        self._observer: BaseObserver | None = None
        self._refused: OSError | None = None
        self._watched: dict[Path, tuple[int, int]] = {}
        self._reliable = True
        self._started = self._checked = clock()
        # a folder that comes while its parent is walked is watched twice, which does no harm
        warnings.filterwarnings("ignore", "Callback with id", RuntimeWarning)
        self._start()

    def reliable(self) -> bool:
        """Mend what can be mended; whether every change is added to the dirty set."""
        now = self._clock()
        if now - self._checked < CHECK_SECONDS:
            return self._reliable
        self._checked = now
        working = self._alive()
        if self._identities() != self._watched or (
            not working and now - self._started >= RESTART_SECONDS
        ):
            self._restart()
        elif not working:
            self._distrust("watching has stopped")
        elif self._refused:
            self._distrust(advice(self._refused))
        return self._reliable

    def stop(self) -> None:
        """End all threads."""
        for thread in (self._observer, self._inotify):
            if thread and thread.is_alive():
                thread.stop()
                thread.join(timeout=5)

    def _restart(self) -> None:
        self.stop()
        self._start()
        self._dirty.add(None)

    def _start(self) -> None:
        self._checked = self._started = self._clock()
        self._watched = self._identities()
        self._inotify = self._observer = self._refused = None
        self._reliable = True
        try:
            self._observer = self._make_observer()
            handler = _Handler(self._dirty)
            for root in self._watched:
                self._observer.schedule(handler, str(root), recursive=True, event_filter=_EVENTS)
            self._observer.start()
        except OSError as error:
            self._refused = error
        if self._refused:
            self._distrust(advice(self._refused))
        for root in self._watched:
            if reason := must_be_polled(root):
                self._distrust(reason)

    def _make_observer(self) -> BaseObserver:
        """An observer; on Linux one whose reader of inotify events reports what it lost."""
        if sys.platform != "linux":
            return Observer()
        from indexer.filesystem import inotify_overflow as inotify  # there is no inotify elsewhere

        self._inotify = inotify.OverflowAwareInotify(lambda: self._dirty.add(None), self._refuse)
        self._inotify.start()
        return inotify.observer(self._inotify)

    def _refuse(self, error: OSError) -> None:
        """Note that a folder deep below cannot be watched, unless it has only gone meanwhile."""
        if error.errno in ADVICE:
            self._refused = error

    def _identities(self) -> dict[Path, tuple[int, int]]:
        """Device and inode of each folder that exists: another one may be mounted over it."""
        found = {}
        for root in self._roots:
            try:
                status = root.stat()
            except OSError:
                continue
            found[root] = (status.st_dev, status.st_ino)
        return found

    def _alive(self) -> bool:
        if not self._observer:
            return False
        emitters = self._observer.emitters
        threads = [*filter(None, [self._inotify]), self._observer, *emitters]
        return len(emitters) == len(self._watched) and all(t.is_alive() for t in threads)

    def _distrust(self, reason: str) -> None:
        """Changes may go unnoticed; each reason is logged once, as it may last for months."""
        self._reliable = False
        if reason not in self._logged:
            self._logged.add(reason)
            log.warning("%s; comparing all folders every poll_seconds instead", reason)


def watch(
    roots: Sequence[Path],
    stop: Stop,
    timing: Timing,
    failed: threading.Event | None = None,
    dirty: DirtySet | None = None,
) -> Iterator[Batch]:
    """Yield batches until `stop`; see `follow`.

    The first asks for everything: from then on every change is noticed. Others may request a rescan
    by adding None to `dirty`.
    """
    dirty = dirty or DirtySet()
    watcher = FolderWatcher(roots, dirty, timing.clock)
    try:
        yield Batch(everything=True)
        yield from follow(dirty, stop, timing, failed=failed, reliable=watcher.reliable)
    finally:
        watcher.stop()
