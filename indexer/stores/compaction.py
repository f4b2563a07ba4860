"""Compaction of the posterior store: which of its segments are merged, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_SMALL_SEGMENTS = 12
"""Small segments beyond which they are merged."""

MIN_MERGED = 8
"""Small segments that one merge takes at least, the newest."""

LARGE_SEGMENT = 1 << 19
"""Entries from which a segment is left alone, until half of them are superseded."""


def to_merge(sizes: Sequence[int], alive: Sequence[int]) -> list[int]:
    """Segments that should become one, in their order; none if there is no need.

    Args:
        sizes: entries of each segment, oldest first.
        alive: entries of each that no later segment supersedes.

    """
    small = [i for i, size in enumerate(sizes) if size < LARGE_SEGMENT]
    merged = [i for i, size in enumerate(sizes) if size >= LARGE_SEGMENT and alive[i] < size / 2]
    if len(small) > MAX_SMALL_SEGMENTS:
        total = 0
        for number, i in enumerate(reversed(small)):
            # older ones join while they are no larger than what is merged anyway
            if total >= LARGE_SEGMENT or (number >= MIN_MERGED and sizes[i] > total):
                break
            merged.append(i)
            total += sizes[i]
    return sorted(merged)
