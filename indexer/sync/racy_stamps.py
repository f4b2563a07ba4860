"""Racy stamps: files that may change again without a change of size and time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from indexer.entities import Stamp

CLOCK_RESOLUTION = 2.0
"""Seconds between two times that a file system can tell apart: memory cards have the coarsest."""


def without_racy_time(stamp: Stamp, now: float) -> Stamp:
    """The stamp to store for a file that was looked at `now`, seconds since 1970.

    A file written this moment may be written again without a change of size and time, so it gets a
    size that no file has, and the next run looks at it again.
    """
    age = now - stamp.mtime_ns / 1e9
    return replace(stamp, size=-1) if abs(age) < CLOCK_RESOLUTION else stamp
