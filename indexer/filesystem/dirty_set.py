"""Dirty set: changed files, or the note that more have changed than can be kept."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

MAX_DIRTY = 20_000
"""Files that are kept one by one; when more change at once, a rescan follows."""


class DirtySet:
    """Files that changed since `take` was called last; any thread may add to it.

    It stays small however much changes, for however long nobody takes it.
    """

    def __init__(self) -> None:
        """Start empty."""
        self._paths: set[Path] = set()
        self._everything = False
        self._some = threading.Condition()

    def add(self, path: Path | None) -> None:
        """Add a file that changed; None requests a rescan."""
        with self._some:
            if path is not None and len(self._paths) < MAX_DIRTY:
                self._paths.add(path)
            else:
                self._everything = True
            self._some.notify()

    def take(self, seconds: float) -> tuple[set[Path], bool]:
        """Wait up to `seconds` for a change; the files so far, and whether a rescan was requested."""
        with self._some:
            self._some.wait_for(lambda: self._paths or self._everything, timeout=seconds)
            taken = self._paths, self._everything
            self._paths, self._everything = set(), False
        return taken
