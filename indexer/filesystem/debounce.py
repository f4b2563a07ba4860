"""Debouncing of file events: a changed file is ready once it has stood still.

Its time comes from outside, so that tests need not wait.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from indexer.entities import Stamp

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def stamp_of(path: Path) -> Stamp | None:
    """Size and time of a file now, None if it is gone."""
    try:
        status = path.lstat()
    except OSError:
        return None
    return Stamp(status.st_size, status.st_mtime_ns)


@dataclass
class Debouncer:
    """Debounces file events: a path is ready once size and mtime are unchanged for `seconds`."""

    seconds: float
    stamp: Callable[[Path], Stamp | None] = stamp_of
    _waiting: dict[Path, tuple[Stamp | None, float]] = field(default_factory=dict)

    def note(self, path: Path, now: float) -> None:
        """Note a change of `path` at `now`, monotonic seconds; its wait starts again."""
        self._waiting[path] = (self.stamp(path), now)

    def ready(self, now: float) -> frozenset[Path]:
        """Files that were unchanged long enough at `now`; each is returned once."""
        done = set()
        for path, (known, since) in list(self._waiting.items()):
            current = self.stamp(path)
            if current != known:
                self._waiting[path] = (current, now)
            elif now - since >= self.seconds:
                done.add(path)
                del self._waiting[path]
        return frozenset(done)

    @property
    def waiting(self) -> frozenset[Path]:
        """Files that are held back."""
        return frozenset(self._waiting)
