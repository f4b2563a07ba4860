"""Log of what a run did, and of the folders that went offline or came back."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from indexer.sync.summary import Summary

log = logging.getLogger("ocrsearch")


def log_offline(summary: Summary, known: frozenset[Path], *, everything: bool) -> frozenset[Path]:
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


def log_done(summary: Summary) -> None:
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
