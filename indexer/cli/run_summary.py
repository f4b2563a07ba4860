"""Summary of a run, printed with its exit code: problems first, the counts last."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

import click

from indexer import reports
from indexer.system import logs
from recognizer.files.printable import counted, printable

if TYPE_CHECKING:
    from indexer.sync.summary import Summary


log = logging.getLogger("ocrsearch")

INCOMPLETE = 6
"""Exit code of a run that left photos unread, or a folder out."""


def finish(summary: Summary, *, as_json: bool) -> None:
    """Print what one run did, and exit with `INCOMPLETE` if anything is left to do."""
    if as_json:
        click.echo(reports.dumps(reports.summary_json(summary)))
    elif logs.is_json():
        log.info(summary_line(summary), extra=reports.summary_json(summary))
    else:
        click.echo(summary_text(summary), err=True)
    if summary.problems or summary.offline or summary.failing:
        sys.exit(INCOMPLETE)


def summary_text(summary: Summary) -> str:
    """What one run did, in lines: problems first, the counts last."""
    lines = [printable(f"{path}: {reason}") for path, reason in summary.problems.items()]
    lines += [
        printable(f"{root}: missing or empty; what was read there is kept")
        for root in summary.offline
    ]
    return "\n".join([*lines, summary_line(summary)])


def summary_line(summary: Summary) -> str:
    """The counts alone."""
    counts = (
        f"{counted(summary.found, 'photo')} found: {summary.read} read, {summary.empty} without text, "
        f"{summary.failed} failed, {summary.moved} moved or copied, {summary.removed} removed"
    )
    if not summary.failing:
        return counts
    return f"{counts}; {summary.failing} failed before (see: ocrsearch status --failed)"
