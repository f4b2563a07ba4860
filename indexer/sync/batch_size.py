"""Batch size: as many photos are read together as take about three seconds."""

from __future__ import annotations

BATCH_SECONDS = 3.0
"""Time that photos read together should take: a photo that arrives meanwhile waits for them."""


class BatchSize:
    """The number of photos to read together, by what photos took lately."""

    def __init__(self) -> None:
        """Nothing was timed yet."""
        self._photo_seconds = 0.0  # running mean of what a photo takes, 0 before the first

    def photos(self, largest: int) -> int:
        """How many photos take about BATCH_SECONDS, by experience; `largest` before there is any."""
        if not self._photo_seconds:
            return max(1, largest)
        return max(1, min(int(BATCH_SECONDS / self._photo_seconds), largest))

    def note(self, seconds: float) -> None:
        """Note what a photo took."""
        self._photo_seconds = (self._photo_seconds + seconds) / 2
