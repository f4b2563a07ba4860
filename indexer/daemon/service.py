"""The watch service: a sync run over everything, then one for each batch of changes."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from indexer import host
from indexer.daemon.arrivals import Arrivals
from indexer.daemon.systemd import Notifier
from indexer.errors import OcrsearchError
from indexer.filesystem.rescan_schedule import Timing
from indexer.filesystem.watcher import watch
from indexer.sync import progress_file
from indexer.sync.progress_file import WriterState
from indexer.sync.run import Hooks, log_step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from indexer.filesystem.change_batches import Batch
    from indexer.sync.library import Library
    from indexer.sync.run import Step, Summary

log = logging.getLogger("ocrsearch")

GRACE_SECONDS = 4.0
"""Time for an orderly end; after it the process is cut off, which loses nothing."""

IDLE_SECONDS = 30.0
"""Time between two calls of `Service.idle` while there is nothing to do."""

ENGINE_IDLE_SECONDS = 300.0
"""Time without a photo after which the reading process is ended, with the networks it holds."""


def follow(library: Library, roots: Sequence[Path], stop: threading.Event) -> None:
    """Keep the library up to date until `stop`, and report to systemd and `status`."""
    settings, notifier = library.settings, Notifier()
    timing = Timing(settings.settle_seconds, settings.rescan_seconds, settings.poll_seconds)
    failed = threading.Event()
    with progress_file.reported(settings.progress) as reporter:
        service = Service(library, stop, notifier, reporter)
        seconds = min(IDLE_SECONDS, notifier.interval)
        arrivals = Arrivals(watch(roots, stop, timing, failed), idle=service.idle, seconds=seconds)
        notifier.send("READY=1")
        hooks = replace(service.hooks(arrivals), failed=failed.set)
        process_batches(library, roots, arrivals, hooks)
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
            offline = _log_offline(summary, offline, everything=batch.everything)
            _log_done(summary)
        except OcrsearchError as error:
            log.error("%s", error)  # noqa: TRY400 - a user reads this, not a programmer
            hooks.failed()
        except Exception:
            # an unattended daemon that ends indexes nothing any more; the rescan tries again
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
    last: float = 0.0

    def hooks(self, arrivals: Arrivals) -> Hooks:
        """Hooks of all runs."""

        def arrived() -> frozenset[Path] | None:
            self.wait_for_power()
            self.last = self.clock()
            return arrivals.arrived()

        return Hooks(
            stop=self.stopped,
            report=self.reporter.photo,
            arrived=arrived,
            alive=self.notifier.alive,
        )

    def stopped(self) -> bool:
        """Whether to stop; called all the time, so it sends the watchdog message to systemd as well."""
        self.notifier.alive()
        return self.stop.is_set()

    def wait_for_power(self) -> None:
        """Wait while the machine runs on its battery, if the settings say so, or until a stop."""
        if self.library.settings.pause_on_battery:
            report = partial(self.reporter.state, WriterState.ON_BATTERY)
            host.wait_for_power(report, self.stopped, self.sleep)

    def idle(self) -> None:
        """Report that there is nothing to do; end the reading process after a while."""
        self.notifier.alive()
        self.reporter.state(WriterState.WAITING)
        if self.clock() - self.last > ENGINE_IDLE_SECONDS:
            self.library.engine.close()


def _log_offline(summary: Summary, known: frozenset[Path], *, everything: bool) -> frozenset[Path]:
    """Log what went offline and what came back; returns what is offline now.

    Only a comparison of everything finds that a folder is back.
    """
    now = frozenset(summary.offline)
    for root in sorted(now - known):
        log.warning(
            "%s: offline (missing, emptied, or on another device); its photos are kept", root
        )
    if not everything:
        return known | now
    for root in sorted(known - now):
        log.info("%s: back again", root)
    return now


def _log_done(summary: Summary) -> None:
    """Log what a run did, if it did anything, and each of its problems."""
    for path, reason in summary.problems.items():
        log.warning("%s: %s", path, reason)
    if any((summary.read, summary.empty, summary.removed, summary.moved)):
        log.info(
            "%d read, %d without text, %d moved or copied, %d removed",
            summary.read,
            summary.empty,
            summary.moved,
            summary.removed,
        )


@contextmanager
def stopping() -> Iterator[threading.Event]:
    """An event that SIGTERM and SIGINT set; the process is cut off GRACE_SECONDS later."""
    stop, ended = threading.Event(), threading.Event()

    def cut_off() -> None:
        stop.wait()
        if not ended.wait(GRACE_SECONDS):
            os._exit(0)

    def set_stop(*_: object) -> None:
        stop.set()

    # a thread and not an alarm: it must not matter what the main thread is stuck in
    threading.Thread(target=cut_off, daemon=True).start()
    before = {n: signal.signal(n, set_stop) for n in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        ended.set()
        stop.set()
        for number, handler in before.items():
            signal.signal(number, handler)
