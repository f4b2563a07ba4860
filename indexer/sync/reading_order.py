"""Reading order: what has just arrived goes before the backlog, newer photos before older ones."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from indexer.entities import Stamp


class ReadingQueue:
    """Files that wait to be hashed and read, in their order."""

    def __init__(self) -> None:
        """Start empty."""
        self._files: deque[Path] = deque()

    def __len__(self) -> int:
        """Number of files."""
        return len(self._files)

    def __iter__(self) -> Iterator[Path]:
        """The files, first the one to read next."""
        return iter(self._files)

    def put_first(self, paths: Iterable[Path], stamps: Mapping[Path, Stamp]) -> None:
        """Let files wait before all others, the newest first by their `stamps`."""
        wanted = set(paths)
        first = sorted(wanted, key=lambda path: -stamps[path].mtime_ns)
        self._files = deque([*first, *(p for p in self._files if p not in wanted)])

    def take(self) -> Path:
        """Take the first file of the queue."""
        return self._files.popleft()
