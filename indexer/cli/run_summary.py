"""Summary of a run as text: problems first, the counts last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recognizer.printable import printable

if TYPE_CHECKING:
    from indexer.sync.summary import Summary


def summary_text(summary: Summary) -> str:
    """What one run did, in lines: problems first, the counts last."""
    lines = [printable(f"{path}: {reason}") for path, reason in summary.problems.items()]
    lines += [
        printable(f"{root}: missing or empty; its photos are kept") for root in summary.offline
    ]
    return "\n".join([*lines, summary_line(summary)])


def summary_line(summary: Summary) -> str:
    """The counts alone."""
    counts = (
        f"{summary.found} photos found: {summary.read} read, {summary.empty} without text, "
        f"{summary.failed} failed, {summary.moved} moved or copied, {summary.removed} removed"
    )
    if not summary.failing:
        return counts
    return f"{counts}; {summary.failing} failed before (see: ocrsearch status --failed)"
