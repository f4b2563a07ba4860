"""What a pass over the photos tells its caller, and what it may be told."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


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
    """How a pass talks to its caller: stop early, report steps, know the time."""

    stop: Callable[[], bool] = lambda: False
    report: Callable[[Step], None] = lambda step: None  # noqa: ARG005
    clock: Callable[[], float] = time.time
