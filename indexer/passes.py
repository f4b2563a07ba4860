"""What a pass over the photos tells its caller, and what it may be told."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from indexer.photo import Stamp

COARSEST_CLOCK = 2.0
"""Seconds between two times that a file system can tell apart: memory cards have the coarsest."""


@dataclass(frozen=True)
class Step:
    """One photo done: which of how many, how it ended, and in how many seconds."""

    path: Path
    done: int
    total: int
    outcome: str
    seconds: float


@dataclass
class Summary:
    """What one pass did."""

    found: int = 0
    read: int = 0
    empty: int = 0
    failed: int = 0
    removed: int = 0
    moved: int = 0
    offline: list[Path] = field(default_factory=list)
    problems: dict[Path, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Hooks:
    """How a pass talks to its caller: stop early, report steps, know the time, say it failed."""

    stop: Callable[[], bool] = lambda: False
    report: Callable[[Step], None] = lambda step: None  # noqa: ARG005
    clock: Callable[[], float] = time.time
    failed: Callable[[], None] = lambda: None


@dataclass
class Pass:
    """One pass under way: what it did, whom it tells, which files it saw and how many it may read."""

    summary: Summary
    hooks: Hooks
    stamps: Mapping[Path, Stamp]
    limit: int | None = None
    total: int = 0
    tried: set[Path] = field(default_factory=set)

    @property
    def untried(self) -> AbstractSet[Path]:
        """Files that this pass may still read."""
        return self.stamps.keys() - self.tried

    def stamp(self, path: Path) -> Stamp:
        """How a file was seen by this pass, before it was read.

        A file written this moment may be written again without a change of size and time, so
        it gets a stamp that no file has, and the next pass looks at it again.
        """
        stamp = self.stamps[path]
        age = self.hooks.clock() - stamp.mtime_ns / 1e9
        return replace(stamp, mtime_ns=-1) if abs(age) < COARSEST_CLOCK else stamp

    @property
    def done(self) -> int:
        """Photos that are done, however they ended."""
        return self.summary.read + self.summary.empty + self.summary.failed

    @property
    def left(self) -> int | None:
        """How many photos may still be read; None if all."""
        return None if self.limit is None else max(0, self.limit - self.done)

    def step(self, path: Path, outcome: str, seconds: float) -> None:
        """One photo is done."""
        self.hooks.report(Step(path, self.done, max(self.total, self.done), outcome, seconds))
