"""Log of the words that a run left out, with the reasons."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MAX_MESSAGES = 20
"""Skipped words that are reported one by one."""

MAX_LINES = 10_000
"""Skipped words that are listed in the file of a run."""


class SkipLog:
    """A log of the words that a run left out: each is counted and named once, with its reason."""

    def __init__(self, file: Path, say: Callable[[str], None]) -> None:
        """Report the first ones through `say`, and list more in `file` (name, TAB, reason)."""
        self._file, self._say = file, say
        self._names: set[str] = set()
        self._lock = Lock()

    def __len__(self) -> int:
        """Number of different words."""
        return len(self._names)

    def __call__(self, name: str, reason: str) -> None:
        """Record that a word was left out; any thread may call."""
        with self._lock:
            if name not in self._names:
                self._names.add(name)
                self._note(name, " ".join(reason.split()))

    def _note(self, name: str, reason: str) -> None:
        count = len(self._names)
        if count <= MAX_MESSAGES:
            self._say(f"skipped {name}: {reason}")
        if count == MAX_MESSAGES + 1:
            self._say(f"more words are skipped; {self._file} names them")
        if count <= MAX_LINES:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            # the first one begins the file anew: a resumed run meets the same words again
            with self._file.open("w" if count == 1 else "a", encoding="utf-8") as file:
                file.write(f"{name}\t{reason}\n")
