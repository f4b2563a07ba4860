"""Days of watching without a change; `test_watcher` runs this in a process of its own."""

from __future__ import annotations

import gc
import itertools
import tracemalloc
from array import array
from pathlib import Path

from indexer.daemon import watch_loop
from indexer.filesystem.change_batches import Batch, follow
from indexer.filesystem.dirty_set import DirtySet
from indexer.filesystem.rescan_schedule import Timing
from indexer.filesystem.watcher import FolderWatcher
from indexer.sync.hooks import Hooks

from ..conftest import draw_photo


def test_two_more_days_of_idle_watching_grow_nothing(world):
    """Two days after a first two, of a clock that takes half a minute a look, with real rescans."""
    draw_photo(world.photos / "board.png", "helios")
    days = 5

    class Days:
        def __init__(self):
            self.now = 0.0

        def __call__(self):
            return self.now

        def is_set(self):
            self.now += 30.0
            return self.now > days * 24 * 3600

    clock, dirty = Days(), DirtySet()
    watcher = FolderWatcher([world.photos], dirty, clock)
    memory, files = (array("q", [0] * 48 * days) for _ in range(2))  # no growth of its own
    looks = itertools.count()

    def hours():
        yield Batch(everything=True)
        for batch in follow(dirty, clock, Timing(tick=0.0, clock=clock), reliable=watcher.reliable):
            yield batch
            gc.collect()
            look = next(looks)
            memory[look] = tracemalloc.get_traced_memory()[0]
            files[look] = len(list(Path("/proc/self/fd").iterdir()))

    gc.freeze()  # what was there before is not looked through
    tracemalloc.start()
    try:
        watch_loop.process_batches(world.library, [world.photos], hours(), Hooks())
    finally:
        tracemalloc.stop()
        gc.unfreeze()
        watcher.stop()

    day = next(looks) // days
    assert day >= 23
    # it rises and falls by more in between, with the pools of the database driver, and in a process
    # of many tests a day may pass without a fall
    assert min(memory[3 * day : 5 * day]) - min(memory[day : 3 * day]) < 20_000
    assert set(files[: 5 * day]) == {files[0]}
