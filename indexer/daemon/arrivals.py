"""Batches of file changes, collected by a thread while a run is under way."""

from __future__ import annotations

import queue
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from indexer.filesystem.change_batches import Batch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path


class Arrivals:
    """Merges the batches of a watcher, which runs in a thread of its own.

    Iterating waits for the next batch; `arrived` takes what has come so far, in between.
    """

    def __init__(
        self, batches: Iterable[Batch], *, idle: Callable[[], None], seconds: float
    ) -> None:
        """Start the thread; `idle` is called every `seconds` while an iteration waits."""
        self._idle, self._seconds = idle, seconds
        self._queue: queue.SimpleQueue[Batch | Exception | None] = queue.SimpleQueue()
        self._paths: frozenset[Path] = frozenset()
        self._everything: Batch | None = None
        self._end: list[Exception | None] = []
        threading.Thread(target=self._pump, args=(batches,), daemon=True).start()

    def __iter__(self) -> Iterator[Batch]:
        """Yield all that came since the last batch as one; raises what the watcher raised."""
        while True:
            self._collect(0.0)
            if self._everything:
                batch, self._everything, self._paths = self._everything, None, frozenset()
                yield batch
            elif self._paths:
                batch, self._paths = Batch(self._paths), frozenset()
                yield batch
            elif self._end:
                for error in filter(None, self._end):
                    raise error
                return
            else:
                self._idle()
                self._collect(self._seconds)

    def arrived(self) -> frozenset[Path] | None:
        """Paths that came since the last call, for `Hooks.arrived`; they are not yielded later.

        None if a rescan is due.
        """
        self._collect(0.0)
        if self._everything:
            return None
        paths, self._paths = self._paths, frozenset()
        return paths

    def _collect(self, seconds: float) -> None:
        """Take all that is in the queue, after waiting up to `seconds` for the first."""
        try:
            item = self._queue.get(timeout=seconds)
            while True:
                if isinstance(item, Batch) and item.everything:
                    self._everything = (
                        item  # the last one has the latest list of what is still growing
                    )
                elif isinstance(item, Batch):
                    self._paths |= item.paths
                    if self._everything:  # what was growing then is complete now
                        growing = self._everything.growing - item.paths
                        self._everything = replace(self._everything, growing=growing)
                else:
                    self._end.append(item)
                item = self._queue.get_nowait()
        except queue.Empty:
            return

    def _pump(self, batches: Iterable[Batch]) -> None:
        try:
            for batch in batches:
                self._queue.put(batch)
        except Exception as error:  # raised again in the thread that iterates
            self._queue.put(error)
        self._queue.put(None)
