"""The process that reads new photos beside the server: begun again when it ended."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.process import BaseProcess

log = logging.getLogger("ocrsearch")

AGAIN_SECONDS = 60.0
"""Time until it is begun again: what kept it from its work may be over then."""


class Watching:
    """Keeps a process running until it is closed."""

    def __init__(
        self, start: Callable[[], BaseProcess], *, again_seconds: float = AGAIN_SECONDS
    ) -> None:
        """`start` starts the process, at once and `again_seconds` after each end."""
        self._start, self._seconds = start, again_seconds
        self._closed, self._lock = threading.Event(), threading.Lock()
        self._wanted = threading.Event()  # that the next process is begun at once
        self._process: BaseProcess | None = None
        self.problem = ""
        """Why no new photos are read now; "" while they are."""
        self._thread = threading.Thread(target=self._keep, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._closed.set()
        self.begin_anew()
        self._thread.join()

    def begin_anew(self) -> None:
        """Begin the process anew, which then reads as the home folder says now."""
        with self._lock:
            if self._process is not None:
                self._wanted.set()
                self._process.terminate()

    def _keep(self) -> None:
        while not self._closed.is_set():
            with self._lock:
                if self._closed.is_set():
                    return
                self._process, self.problem = self._start(), ""
            self._process.join()
            if not self._wanted.is_set():
                self.problem = (
                    f"ocrsearch watch has ended (exit code {self._process.exitcode}); it is started "
                    f"again in {self._seconds:g} seconds, and the log of ocrsearch serve tells why"
                )
                log.error("%s", self.problem)
            self._wanted.wait(self._seconds)
            self._wanted.clear()
