"""The loop of `watch`: a sync run over everything, then one for each batch of changes."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from indexer.daemon.arrivals import Arrivals
from indexer.daemon.battery import pause_on_battery
from indexer.daemon.idle_engine import IdleEngine
from indexer.daemon.run_log import log_done, log_offline
from indexer.daemon.systemd import Notifier
from indexer.errors import OcrsearchError, told_by_system
from indexer.filesystem.dirty_set import DirtySet
from indexer.filesystem.rescan_schedule import Timing
from indexer.filesystem.watcher import watch
from indexer.sync import progress_file
from indexer.sync.corrections_copy import keep_copy
from indexer.sync.hooks import Hooks
from indexer.sync.photo_log import log_step
from indexer.sync.progress_file import WriterState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from indexer.filesystem.change_batches import Batch
    from indexer.sync.hooks import Step
    from indexer.sync.library import Library

log = logging.getLogger("ocrsearch")

IDLE_SECONDS = 30.0
"""Time between two calls of `Service.idle` while there is nothing to do."""


def follow(library: Library, roots: Sequence[Path], stop: threading.Event) -> None:
    """Keep the library up to date until `stop`, and report to systemd and `status`."""
    settings, notifier = library.settings, Notifier()
    timing = Timing(settings.settle_seconds, settings.rescan_seconds, settings.poll_seconds)
    failed, dirty = threading.Event(), DirtySet()
    with progress_file.reported(settings.progress) as reporter:
        service = Service(library, stop, notifier, reporter, dirty=dirty)
        seconds = min(IDLE_SECONDS, notifier.interval)
        batches = watch(roots, stop, timing, failed, dirty)
        arrivals = Arrivals(batches, idle=service.idle, seconds=seconds)
        notifier.send("READY=1")
        hooks = replace(
            service.hooks(arrivals), failed=failed.set, incomplete=lambda: dirty.add(None)
        )
        process_batches(library, roots, service.announced(arrivals), hooks)
        notifier.send("STOPPING=1")


def process_batches(
    library: Library, roots: Sequence[Path], batches: Iterable[Batch], hooks: Hooks
) -> None:
    """Sync `batches` until they end; an error in one is logged and calls `hooks.failed`."""

    def report(step: Step) -> None:
        log_step(step)
        hooks.report(step)

    logging_hooks = replace(hooks, report=report)
    offline: frozenset[Path] = frozenset()
    for batch in batches:
        try:
            if batch.everything:
                summary = library.sync(roots, logging_hooks, leave=batch.growing)
            else:
                summary = library.sync_paths(roots, batch.paths, logging_hooks)
            offline = log_offline(summary, offline, everything=batch.everything)
            log_done(summary)
            if summary.incomplete:
                hooks.incomplete()
        except OcrsearchError as error:
            log.error("%s", error)  # noqa: TRY400 - a user reads this, not a programmer
            hooks.failed()
        except Exception as error:
            # an unattended daemon that ends indexes nothing any more; the rescan tries again
            if told := told_by_system(error):
                log.error("%s", told)  # noqa: TRY400 - no fault of the program
            else:
                log.exception("unexpected error; going on")
            hooks.failed()


@dataclass
class Service:
    """Between runs and photos: watchdog messages, progress, the battery, idle resources."""

    library: Library
    stop: threading.Event
    notifier: Notifier
    reporter: progress_file.Reporter
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    dirty: DirtySet = field(default_factory=DirtySet)

    def __post_init__(self) -> None:
        """Measure from now on how long the engine is idle."""
        self.idle_engine = IdleEngine(self.clock)
        self._wanted: set[Path] = set()

    def hooks(self, arrivals: Arrivals) -> Hooks:
        """Hooks of all runs."""

        def arrived() -> frozenset[Path] | None:
            pause_on_battery(self.library.settings, self.reporter, self.stopped, self.sleep)
            self.idle_engine.note_use()
            return arrivals.arrived()

        return Hooks(
            stop=self.stopped,
            report=self.reporter.photo,
            arrived=arrived,
            alive=self.alive,
        )

    def announced(self, batches: Iterable[Batch]) -> Iterator[Batch]:
        """The same batches; that there is work to do is reported before each."""
        for batch in batches:
            self.reporter.state(WriterState.LOOKING)
            yield batch

    def alive(self) -> None:
        """Give a sign of life to systemd and to `health`."""
        self.notifier.alive()
        self.reporter.alive()

    def stopped(self) -> bool:
        """Whether to stop; called all the time, so it gives the signs of life as well."""
        self.alive()
        return self.stop.is_set()

    def idle(self) -> None:
        """Report that there is nothing to do; end the reading process after a while.

        Another process may have corrected words meanwhile. Failed files that somebody asked to try
        again count as changed, once.
        """
        self.library.indexes.apply_changes()
        self.notifier.alive()
        self.reporter.state(WriterState.WAITING)
        self.idle_engine.close_if_idle(self.library.engine)
        keep_copy(self.library.settings.corrections_copy, self.library.catalog)
        with suppress(OcrsearchError):  # the next run says it
            wanted = self.library.catalog.wanted_again()
            for path in wanted - self._wanted:
                self.dirty.add(path)
            self._wanted = wanted
