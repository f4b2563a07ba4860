"""Batches of changed files that are complete, and rescans among them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from indexer.filesystem.debounce import Debouncer
from indexer.filesystem.rescan_schedule import Schedule

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from indexer.filesystem.dirty_set import DirtySet
    from indexer.filesystem.rescan_schedule import Timing


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
