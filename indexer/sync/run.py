"""What a pass over the photos tells its caller, and what it may be told."""

from __future__ import annotations

import logging
import time
from collections import deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from indexer.entities import Stamp


COARSEST_CLOCK = 2.0
"""Seconds between two times that a file system can tell apart: memory cards have the coarsest."""

log = logging.getLogger("ocrsearch")


@dataclass(frozen=True)
class Step:
    """One photo done: which of how many, how it ended, and in how many seconds."""

    path: Path
    done: int
    total: int
    outcome: str
    seconds: float


def log_step(step: Step) -> None:
    """One clear line a photo."""
    fields = {"photo": str(step.path), "outcome": step.outcome, "seconds": round(step.seconds, 2)}
    log.info("%s: %s (%.1f s)", step.path, step.outcome, step.seconds, extra=fields)


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
    """How a pass talks to its caller.

    Attributes:
        stop: whether to end now; a photo that is being read is given up and stays pending.
        report: told of each photo that is done.
        clock: seconds since 1970.
        arrived: asked between photos: files to read next, before all that wait, or None if the
            pass shall end soon, because everything must be looked at again.
        failed: told that a pass could not be worked off.

    """

    stop: Callable[[], bool] = lambda: False
    report: Callable[[Step], None] = lambda step: None  # noqa: ARG005
    clock: Callable[[], float] = time.time
    arrived: Callable[[], frozenset[Path] | None] = frozenset
    failed: Callable[[], None] = lambda: None


@dataclass
class Pass:
    """One pass under way: what it did, what it has left to do, whom it tells.

    Attributes:
        roots: photo folders that it is about.
        stamps: of every file that this pass has found.
        waiting: files to take in and read, the next one first.
        known: content hash of each file in `waiting` that was taken in before.
        added: files with new names.
        urgent: files that arrived in the middle of the pass.
        begun: content hashes that are read, or being read.
        behind: photos that were read and that the full text does not know yet.
        committed: when it last knew all.

    """

    summary: Summary
    hooks: Hooks
    roots: Sequence[Path]
    limit: int | None = None
    total: int = 0
    stamps: dict[Path, Stamp] = field(default_factory=dict)
    waiting: deque[Path] = field(default_factory=deque)
    known: dict[Path, str] = field(default_factory=dict)
    added: set[Path] = field(default_factory=set)
    urgent: set[Path] = field(default_factory=set)
    begun: set[str] = field(default_factory=set)
    behind: int = 0
    committed: float = field(init=False)

    def __post_init__(self) -> None:
        """The full text is level with the catalog when a pass begins."""
        self.committed = self.hooks.clock()

    def settled(self, stamp: Stamp) -> Stamp:
        """A stamp as it is kept.

        A file written this moment may be written again without a change of size and time, so
        it gets a stamp that no file has, and the next pass looks at it again.
        """
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

    def put_first(self, paths: Iterable[Path]) -> None:
        """Let files wait before all others, the newest first."""
        wanted = set(paths)
        first = sorted(wanted, key=lambda path: -self.stamps[path].mtime_ns)
        self.waiting = deque([*first, *(p for p in self.waiting if p not in wanted)])

    def step(self, path: Path, outcome: str, seconds: float) -> None:
        """One photo is done."""
        self.hooks.report(Step(path, self.done, max(self.total, self.done), outcome, seconds))
