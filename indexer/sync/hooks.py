"""Hooks: callbacks from a sync run to its caller."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from indexer.ocr.protocols import Failed, Read

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FinalOutcome: TypeAlias = Read | Failed
"""An outcome that is stored; a skipped photo stays pending."""


@dataclass(frozen=True)
class Step:
    """One photo that is done: which of how many, its outcome, and the seconds it took."""

    path: Path
    done: int
    total: int
    outcome: FinalOutcome
    seconds: float


@dataclass(frozen=True)
class Hooks:
    """Callbacks from a run to its caller.

    Attributes:
        stop: whether to end now; a photo that is being read is given up and stays pending.
        report: called with each photo that is done.
        clock: seconds since 1970.
        arrived: called between photos: returns files to read next, before all that wait, or None
            if the run shall end soon, because a rescan is due.
        failed: called when a run ended with an error.
        incomplete: called after a run that left a change to a rescan.
        alive: called now and then during long work that reads no photo.

    """

    stop: Callable[[], bool] = lambda: False
    report: Callable[[Step], None] = lambda step: None  # noqa: ARG005
    clock: Callable[[], float] = time.time
    arrived: Callable[[], frozenset[Path] | None] = frozenset
    failed: Callable[[], None] = lambda: None
    incomplete: Callable[[], None] = lambda: None
    alive: Callable[[], None] = lambda: None
