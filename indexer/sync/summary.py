"""Summary of a sync run: its counts and problems."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass
class Summary:
    """Counts of one run, and what went wrong; only its `SyncRun` writes to it.

    `incomplete` says that a change was seen which only a rescan can decide.
    """

    found: int
    read: int = 0
    empty: int = 0
    failed: int = 0
    removed: int = 0
    moved: int = 0
    failing: int = 0
    incomplete: bool = False
    offline: list[Path] = field(default_factory=list)
    problems: dict[Path, str] = field(default_factory=dict)
