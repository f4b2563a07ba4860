"""The process that learns from corrections when somebody asks for it: one at a time."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.process import BaseProcess
    from pathlib import Path

ERROR = "Error: "
"""Beginning of the line that says why a command failed."""


class Learner:
    """Starts the process; `problem` says how the last one ended."""

    def __init__(self, start: Callable[[], BaseProcess], log: Path) -> None:
        """`start` starts the process, which prints into `log`."""
        self._start, self._log = start, log
        self._lock = threading.Lock()
        self._process: BaseProcess | None = None

    @property
    def is_running(self) -> bool:
        """Whether the process runs."""
        return self._process is not None and self._process.is_alive()

    @property
    def problem(self) -> str:
        """Why the last process failed; "" if it did not, or runs."""
        if self._process is None or self.is_running or not self._process.exitcode:
            return ""
        try:
            lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            lines = []
        told = next((line for line in reversed(lines) if line.startswith(ERROR)), "")
        code = self._process.exitcode
        return told.removeprefix(ERROR) or f"learning has ended (exit code {code})"

    def begin(self) -> bool:
        """Start the process; false if one runs already."""
        with self._lock:
            if self.is_running:
                return False
            self._process = self._start()
            return True

    def close(self) -> None:
        """End the process."""
        with self._lock:
            if self._process is not None:
                self._process.terminate()
                self._process.join()
