"""A bound on how often somebody may do something."""

from __future__ import annotations

import threading
import time
from collections import deque
from http import HTTPStatus
from typing import TYPE_CHECKING

from indexer.web.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

MAX_KEYS = 1000
"""Peers or devices that are counted at a time."""


class Rate:
    """Counts what each of many did lately; safe to use from several threads."""

    def __init__(
        self, most: int, seconds: float, sentence: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Allow `most` times within `seconds`; `sentence` is the problem after that."""
        self._most, self._seconds, self._sentence, self._clock = most, seconds, sentence, clock
        self._times: dict[Hashable, deque[float]] = {}
        self._lock = threading.Lock()

    def check(self, who: Hashable) -> None:
        """Raise Problem if `who` has to wait."""
        with self._lock:
            times = self._times.get(who, deque())
            while times and times[0] < self._clock() - self._seconds:
                times.popleft()
            if len(times) >= self._most:
                raise Problem(HTTPStatus.TOO_MANY_REQUESTS, self._sentence)

    def note(self, who: Hashable) -> None:
        """Count one time."""
        with self._lock:
            if len(self._times) > MAX_KEYS:
                self._times.clear()
            self._times.setdefault(who, deque()).append(self._clock())
