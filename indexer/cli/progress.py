"""Progress of reading: a bar on a terminal, else the log, and the file that `status` reads."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from indexer.sync.hooks import Hooks
from indexer.sync.photo_log import log_step
from indexer.system import logs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from indexer.config import Settings
    from indexer.sync.hooks import Step

_BAR_SECONDS = 0.1
"""Seconds until a progress bar is drawn, so that none flashes by where there is little to do."""


@contextmanager
def progress(settings: Settings) -> Iterator[Hooks]:
    """Hooks that report each photo: to a bar or the log, and to the file that `status` reads."""
    from indexer.sync.progress_file import reported  # only who writes needs it

    with reported(settings.progress) as reporter, bar("reading") as show:

        def report(step: Step) -> None:
            if show is None:
                log_step(step)
            else:
                show(step.done, step.total)
            reporter.photo(step)

        def stop() -> bool:
            reporter.alive()  # a run asks all the time
            return False

        yield Hooks(stop=stop, report=report, alive=reporter.alive)


@contextmanager
def bar(label: str) -> Iterator[Callable[[int, int], None] | None]:
    """A progress bar, updated with the photos done and in total; None if stderr is no terminal."""
    if logs.is_json() or not sys.stderr.isatty():
        yield None
        return
    from tqdm import tqdm  # only terminals need it
    from tqdm.contrib.logging import logging_redirect_tqdm

    with (
        logging_redirect_tqdm(),
        tqdm(desc=label, unit="photo", delay=_BAR_SECONDS, dynamic_ncols=True) as drawn,
    ):

        def show(done: int, total: int) -> None:
            drawn.total = total
            drawn.update(done - drawn.n)

        yield show
