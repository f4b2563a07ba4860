"""Sync once, then follow the folders; nothing that one photo does may end it."""

from __future__ import annotations

import logging
import signal
import threading
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from indexer.errors import OcrsearchError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from indexer.library import Library
    from indexer.passes import Hooks, Step, Summary
    from indexer.settle import Batch

log = logging.getLogger("ocrsearch")


def run(library: Library, roots: Sequence[Path], batches: Iterable[Batch], hooks: Hooks) -> None:
    """Work off `batches` until they end; one that fails is logged, and told to `hooks`."""
    hooks = replace(hooks, report=log_step)
    for batch in batches:
        try:
            if batch.everything:
                log_summary(library.sync(roots, hooks, leave=batch.growing))
            else:
                log_summary(library.sync_paths(roots, batch.paths, hooks))
        except OcrsearchError as error:
            log.error("%s", error)  # noqa: TRY400 - a user reads this, not a programmer
            hooks.failed()
        except Exception:
            # an unattended daemon that ends finds nothing any more; the rescan tries again
            log.exception("unexpected error; going on")
            hooks.failed()


def log_step(step: Step) -> None:
    """One clear line a photo."""
    log.info("%s: %s (%.1f s)", step.path, step.outcome, step.seconds)


def log_summary(summary: Summary) -> None:
    """What a pass did, if it did anything."""
    for root in summary.offline:
        log.warning(
            "%s: offline (missing, emptied, or on another device); its photos are kept", root
        )
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
    """An event that SIGTERM and SIGINT set; the photo in hand is finished first."""
    stop = threading.Event()

    def _set(*_: object) -> None:
        stop.set()

    before = {number: signal.signal(number, _set) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
