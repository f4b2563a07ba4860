"""60,000 photos that appear at once: the kernel's queue of events runs over, and none is missed.

`python -m tests.faults.burst` uses the real watching and the real catalog: the files are hashed and
taken in. They are not read, which would take hours.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import tempfile
import threading
import time
from pathlib import Path

from indexer.catalog.catalog import Catalog
from indexer.daemon import watch_loop
from indexer.filesystem import inotify_overflow as inotify
from indexer.filesystem import watcher
from indexer.filesystem.rescan_schedule import Timing
from indexer.sync.hooks import Hooks
from tests.faults import life

FOLDERS = 60


def burst(folder: Path, count: int) -> None:
    """Create files as fast as it goes, in folders that are watched already."""
    for number in range(count):
        (folder / str(number % FOLDERS) / f"{number}.jpg").write_bytes(b"%d" % number)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=60_000)
    count = parser.parse_args().files
    base = Path(tempfile.mkdtemp(prefix="ocrsearch-burst-"))
    photos = base / "photos"
    for number in range(FOLDERS):
        (photos / str(number)).mkdir(parents=True)
    stop, overflows, events = threading.Event(), [], [0]
    handle, add = inotify.OverflowAwareInotify.handle_event, watcher.DirtySet.add
    free = threading.Event()
    free.set()

    def handled(reader: inotify.OverflowAwareInotify, event: object) -> None:
        free.wait()  # as on a machine that has other things to do while the files come
        overflows.extend([event] * event.is_queue_overflow)
        handle(reader, event)

    def added(self: watcher.DirtySet, path: Path | None) -> None:
        events[0] += path is not None
        add(self, path)

    inotify.OverflowAwareInotify.handle_event, watcher.DirtySet.add = handled, added
    start = time.monotonic()

    def batches():
        for number, batch in enumerate(watcher.watch([photos], stop, Timing())):
            yield batch
            if number == 0:
                free.clear()
                burst(photos, count)
                free.set()
                print(f"{count} files created in {time.monotonic() - start:.0f} s", flush=True)
            elif len(catalog.places()) >= count:
                stop.set()

    with Catalog(life.settings(base / "home").database) as catalog:
        library = life.library(life.settings(base / "home"), catalog)
        library.backlog._read_batch = lambda *_: None
        guard = threading.Timer(3000, stop.set)
        guard.start()
        watch_loop.process_batches(library, [photos], batches(), Hooks(stop=stop.is_set))
        guard.cancel()
        found = len(catalog.places())
    print(f"overflows of the kernel's queue: {len(overflows)}; events that came: {events[0]}")
    print(f"files found: {found} of {count}, {time.monotonic() - start:.0f} s after the start")
    print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    shutil.rmtree(base)
    raise SystemExit(found != count)


if __name__ == "__main__":
    main()
