"""Limits that a caller sets on the answer to a query."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

MIN_SCORE = 1e-9
"""Score below which a photo is a guess that helps nobody."""


@dataclass(frozen=True)
class Filters:
    """Which photos may be hits, and how many.

    Attributes:
        exact: only the best reading of each word counts.
        limit: hits at most.
        folder: only photos below it.
        since, until: only photos taken in this half-open span.
        least: photos with a lower score are left out.
    """

    exact: bool = False
    limit: int = 50
    folder: Path | None = None
    since: datetime | None = None
    until: datetime | None = None
    least: float = MIN_SCORE

    @property
    def narrowed(self) -> bool:
        """Whether photos are left out by place or time."""
        return any((self.folder, self.since, self.until))
