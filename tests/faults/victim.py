"""The daemon under test: it tells what it is doing, and can be killed at that."""

from __future__ import annotations

import faulthandler
import logging
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from indexer.catalog.catalog import Catalog
from indexer.daemon import shutdown, watch_loop
from indexer.daemon.arrivals import Arrivals
from indexer.filesystem import watcher as watching
from indexer.filesystem.dirty_set import DirtySet
from indexer.filesystem.rescan_schedule import Timing
from indexer.stores import compaction
from indexer.sync.hooks import Hooks
from indexer.sync.library import Library
from tests.faults import disk, life

PHASES = (
    "waiting",
    "hashing",
    "reading",
    "catalog",
    "posteriors",
    "compaction",
    "index",
    "rebuild",
)

DAY = 86400


class Daemon:
    """The process under test, and what is done to it."""

    def __init__(self, base: Path, roots: list[Path], chance: random.Random) -> None:
        """Nothing runs yet."""
        self.base, self.roots, self.chance = base, roots, chance
        self.settings = life.settings(base / "homes" / "home")
        self.control = disk.control()
        self.version, self.pid = 1, 0
        self.kills: Counter[str] = Counter()
        self.refused = self.restarts = 0
        self._refused_before = 0

    def start(self) -> None:
        def arm(pid: int) -> None:
            self.control.kill_at = self.control.full_at = 0
            self.control.pid, self.control.phase = pid, 0

        self._refused_before = self.control.refused
        self.pid = life.fork(self._live, arm)

    def _live(self) -> None:
        logging.basicConfig(
            filename=self.base / "log", format="%(asctime)s %(process)d %(message)s"
        )
        logging.getLogger("ocrsearch").setLevel(logging.INFO)
        faulthandler.register(signal.SIGUSR1, (self.base / "traces").open("w"))
        compaction.MAX_SMALL_SEGMENTS = 3  # compaction comes after a few changes
        watching.CHECK_SECONDS, watching.RESTART_SECONDS = 0.2, 1.0
        failed = threading.Event()
        with shutdown.stopping() as stop, Catalog(self.settings.database) as catalog:
            library = life.library(self.settings, catalog, self.version)
            self._mark(library)
            self._journal(library)
            timing = Timing(settle=0.06, poll=0.5, retry=0.1, tick=0.01)
            dirty = DirtySet()
            batches = watching.watch(self.roots, stop, timing, failed, dirty)
            arrivals = Arrivals(batches, idle=lambda: None, seconds=0.05)
            hooks = Hooks(
                stop=stop.is_set, clock=self._clock, arrived=arrivals.arrived,
                failed=failed.set, incomplete=lambda: dirty.add(None),
            )  # fmt: skip
            watch_loop.process_batches(library, self.roots, arrivals, hooks)

    def _clock(self) -> float:
        return time.time() + self.control.clock * DAY

    def _journal(self, library: Library) -> None:
        """Log each event and each comparison: where a change was lost is then seen in the log."""
        log, add = logging.getLogger("ocrsearch"), DirtySet.add

        def added(dirty: DirtySet, path: Path | None) -> None:
            log.info("event: %r", str(path) if path else "look at everything")
            add(dirty, path)

        DirtySet.add = added
        comparer = library.backlog._comparer
        for name in ("compare_all", "compare_files"):
            setattr(comparer, name, _logged(log, name, getattr(comparer, name)))

    def _mark(self, library: Library) -> None:
        """Let the shared page say what is being done, and a file what was read."""
        for owner, name, phase in (
            (library.backlog, "_hash_file", "hashing"),
            (library.engine.recognizer, "read", "reading"),
            (library.catalog, "put_reading", "catalog"),
            (library.catalog, "put_places", "catalog"),
            (library.indexes.stores.posteriors, "apply", "posteriors"),
            (library.indexes.stores.posteriors, "_merge", "compaction"),
            (library.indexes.stores.index, "apply", "index"),
            (library.indexes, "rebuild", "rebuild"),
        ):
            setattr(owner, name, self._marked(getattr(owner, name), PHASES.index(phase)))
        put, reads = library.catalog.put_reading, self.base / "reads"

        def put_reading(content: str, *rest: object) -> None:
            put(content, *rest)
            with reads.open("a") as file:
                file.write(f"{content} {self.version} {self.control.clock}\n")

        library.catalog.put_reading = put_reading

    def _marked(self, call: Callable, phase: int) -> Callable:
        def marked(*args: object, **options: object) -> object:
            before, self.control.phase = self.control.phase, phase
            try:
                return call(*args, **options)
            finally:
                self.control.phase = before

        return marked

    def stop(self) -> None:
        """End it as systemd does."""
        os.kill(self.pid, signal.SIGTERM)
        # the latter where it has only just been started
        self._end(0, -signal.SIGTERM)

    def start_again(self) -> None:
        """As systemd does with a daemon that could not even start, on a full disk."""
        if self._dead():
            self._end()
            self.restarts += 1
            self.start()

    def kill(self, meanwhile: Callable[[], None]) -> None:
        """SIGKILL at a random time, at a random change to the disk, or in a random phase."""
        how = self.chance.choice(("time", "change", "phase", "phase"))
        if how == "change":
            self.control.kill_at = self.control.changes + self.chance.randint(1, 150)
        wanted = self.chance.randrange(1, len(PHASES))
        meanwhile()
        until = time.monotonic() + (self.chance.random() * 0.3 if how == "time" else 0.6)
        while time.monotonic() < until and not self._dead():
            if how == "phase" and self.control.phase == wanted:
                time.sleep(self.chance.random() * 0.003)
                break
            if how != "phase":
                time.sleep(0.001)
        self.kills[PHASES[self.control.phase]] += 1
        os.kill(self.pid, signal.SIGKILL)
        self._end(-signal.SIGKILL)
        self.control.pid = 0

    def _end(self, *expected: int) -> None:
        """Take the exit code, which may be 1 if the disk was full while it started."""
        code = life.ended(self.pid)
        refused = self.control.refused > self._refused_before
        assert code in expected or (code == 1 and refused), f"ended with {code}, not {expected}"

    def _dead(self) -> bool:
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    @contextmanager
    def full_disk(self) -> Iterator[None]:
        """From some change on there is no space; then there is again."""
        before = self.control.refused
        self.control.full_at = self.control.changes + self.chance.randint(1, 60)
        yield
        time.sleep(self.chance.random() * 0.4)
        self.control.full_at = 0
        self.refused += self.control.refused > before


def _logged(log: logging.Logger, name: str, compare: Callable) -> Callable:
    def logged(*args: object, **options: object) -> object:
        compared = compare(*args, **options)
        asked = "" if name == "compare_all" else f" of {_names(args[0])}"
        left_out = _names(options.get("leave", ()))
        changes = {part: _names(paths) for part, paths in vars(compared.changes).items() if paths}
        log.info(
            "%s%s: %s; leaving out %s; offline %s; problems %s",
            name, asked, changes, left_out, _names(compared.offline), _names(compared.problems),
        )  # fmt: skip
        return compared

    return logged


def _names(paths: Iterable[Path]) -> list[str]:
    return sorted(map(str, paths))
