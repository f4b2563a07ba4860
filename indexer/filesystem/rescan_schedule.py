"""Schedule of rescans: now and then, often where events may be lost, soon after a failure."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_SETTLE_TIMES = 15
"""Folders that never come to rest are rescanned after this many times the settling time."""


@dataclass
class Timing:
    """Intervals of `follow` in seconds, and its clock.

    Attributes:
        settle: seconds that a file must be unchanged.
        rescan: seconds between two rescans.
        poll: the same while events cannot be relied on.
        retry: seconds until the next look after a failed one; doubles, up to `poll`.
        tick: seconds between two checks of the waiting files.
        clock: monotonic seconds.

    """

    settle: float = 2.0
    rescan: float = 3600.0
    poll: float = 60.0
    retry: float = 5.0
    tick: float = 0.5
    clock: Callable[[], float] = time.monotonic


@dataclass
class Schedule:
    """Schedule of the rescans; times are monotonic seconds."""

    timing: Timing
    scanned: float
    _asked: tuple[float, float] | None = None
    _failures: int = 0
    _healthy: bool = True

    def ask(self, now: float) -> None:
        """Request a rescan: due once no request came for the settling time, or requests came for too long."""
        first = self._asked[0] if self._asked else now
        self._asked = first, now

    def due(self, now: float, *, reliable: bool) -> bool:
        """Whether a rescan is due; `reliable` says that no event is lost."""
        often = min(self.timing.poll, self.timing.rescan)
        interval = self.timing.rescan if reliable else often
        if not self._healthy:
            interval = min(often, self.timing.retry * 2 ** min(self._failures - 1, 20))
        if now - self.scanned >= interval:
            return True
        if self._asked is None:
            return False
        first, last = self._asked
        return (
            now - last >= self.timing.settle or now - first >= MAX_SETTLE_TIMES * self.timing.settle
        )

    def failed(self, now: float) -> None:
        """Schedule a rescan after a failed batch: soon, then less often, as the reason may last."""
        self._healthy = False
        self._failures += 1
        self.scanned = now

    def started(self) -> None:
        """Note that a rescan begins; it does not serve requests from now on."""
        self._asked = None
        if self._healthy:
            self._failures = 0
        self._healthy = True
