"""Prefetching of batches in a background thread, so that the network does not wait for data."""

from __future__ import annotations

import queue
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

T = TypeVar("T")


@contextmanager
def prefetched(items: Generator[T], depth: int) -> Generator[Iterator[T]]:
    """Let a thread run `items` up to `depth` items ahead; they come in their own order.

    What `items` raises is raised where the item would have come. On leaving, the thread finishes
    the current item and closes `items`.
    """
    thread = _Prefetcher(items, depth)
    thread.start()
    try:
        yield thread.taken()
    finally:
        thread.close()


class _Prefetcher(threading.Thread, Generic[T]):
    """Makes items, holds the finished ones, and counts how many more it may make."""

    def __init__(self, items: Generator[T], depth: int) -> None:
        super().__init__(daemon=True, name="prefetch")
        self.items = items
        self.ready: queue.SimpleQueue[T | BaseException] = queue.SimpleQueue()
        self.room = threading.Semaphore(depth)
        self.closed = threading.Event()

    def taken(self) -> Iterator[T]:
        while not isinstance(item := self.ready.get(), BaseException):
            self.room.release()
            yield item
        if not isinstance(item, StopIteration):
            raise item

    def close(self) -> None:
        self.closed.set()
        self.room.release()
        self.join()

    def run(self) -> None:
        try:
            while self.room.acquire() and not self.closed.is_set():
                self.ready.put(next(self.items))
        except BaseException as error:  # handed over: it is raised where the item is awaited
            self.ready.put(error)
        finally:
            self.items.close()
