"""Health of a home folder, for supervisors: can it be searched, and does its writer make progress."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psutil

from indexer import bootstrap, reports
from indexer.errors import CatalogError
from indexer.sync import progress_file
from indexer.sync.progress_file import WriterState

if TYPE_CHECKING:
    from indexer.config import Settings
    from indexer.reports import HealthReport
    from indexer.sync.progress_file import Progress

HALTED = {psutil.STATUS_STOPPED, psutil.STATUS_TRACING_STOP, psutil.STATUS_ZOMBIE}
"""States of a process that does nothing until another one acts."""

LOOKING_SECONDS = 3600.0
"""Time for comparing the folders with the catalog: of a million files on a slow server, minutes."""

SLACK_SECONDS = 60.0
"""Time for what follows on a photo that took as long as photo_seconds allows."""


def health(settings: Settings, now: float) -> HealthReport:
    """State of the home folder at `now`, in seconds of time.monotonic.

    Raises:
        ConfigError: others can write to the home folder.

    """
    writer = progress_file.read(settings.progress)
    problem = _catalog_problem(settings) or (writer and _writer_problem(settings, writer, now))
    silence = writer.silence(now) if writer else None
    return {
        "healthy": not problem,
        "problem": problem or None,
        "silent_seconds": None if silence is None else round(silence),
        "writer": reports.writer_json(writer) if writer else None,
    }


def _catalog_problem(settings: Settings) -> str:
    """Why the catalog cannot be read; empty if it can."""
    try:
        with bootstrap.reading_only(settings) as (catalog, _):
            catalog.roots()
    except CatalogError as error:
        return str(error)
    return ""


def _writer_problem(settings: Settings, writer: Progress, now: float) -> str:
    """Why a writer is taken for hung; empty if it is not."""
    try:
        status = psutil.Process(writer.pid).status()
    except psutil.Error:  # it has just ended
        return ""
    if status in HALTED:
        return (
            f"process {writer.pid} is halted ({status}); continue it, or end it and start it again"
        )
    looks = writer.state is WriterState.LOOKING
    allowed = LOOKING_SECONDS if looks else settings.photo_seconds + SLACK_SECONDS
    silence = writer.silence(now)
    if silence is None or silence <= allowed:
        return ""
    return (
        f"process {writer.pid} has given no sign of life for {silence:.0f} seconds; "
        "if it hangs, end it and start it again"
    )
