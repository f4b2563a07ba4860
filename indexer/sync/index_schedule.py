"""Schedule of the derived stores within a run: when they follow what was read."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from pathlib import Path

INDEX_BATCH = 200
"""Photos in one commit of the derived stores."""

INDEX_SECONDS = 30.0
"""What is read can be found after this time, even in the middle of a long backlog."""


class IndexSchedule:
    """Counts what the derived stores do not have yet; they are level at the beginning."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """`clock` gives seconds."""
        self._clock = clock
        self._urgent: set[Path] = set()
        self._unindexed, self._indexed_at = 0, clock()

    def hurry(self, paths: Iterable[Path]) -> None:
        """Let the stores follow at once when one of these, which arrived within the run, is read."""
        self._urgent.update(paths)

    def due(self, paths: Collection[Path]) -> bool:
        """Count photos that were read together; whether the derived stores should follow now."""
        self._unindexed += len(paths)
        late = self._clock() - self._indexed_at >= INDEX_SECONDS
        urgent = bool(self._urgent.intersection(paths))
        return bool(self._unindexed) and (late or self._unindexed >= INDEX_BATCH or urgent)

    def followed(self) -> None:
        """The derived stores have caught up with the catalog."""
        self._unindexed, self._indexed_at = 0, self._clock()
