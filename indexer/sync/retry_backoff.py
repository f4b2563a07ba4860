"""Retries of failed photos: the wait until the next one doubles each time, unless the reason may be gone."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from indexer.entities import Stamp

MAX_DOUBLINGS = 10
"""How often the wait before the next try of a failed photo doubles."""


def retry_wait(attempts: int, retry_minutes: float) -> float:
    """Seconds until the next try of a photo that failed `attempts` times, 1 or more."""
    return retry_minutes * 60 * 2.0 ** min(attempts - 1, MAX_DOUBLINGS)


def mended(
    failing: Mapping[Path, bool], found: Mapping[Path, Stamp], known: Mapping[Path, Stamp]
) -> set[Path]:
    """Failed files to try again at once.

    Args:
        failing: files that failed last; whether permissions allowed to open each.
        found: files that are there now.
        known: files as the catalog has them.

    """
    return {
        path
        for path, readable in failing.items()
        if path in found
        and (
            # new permissions, another owner: the reason may be gone with either
            found[path].ctime_ns != known[path].ctime_ns
            # of a user who was let in otherwise the file shows no trace
            or (not readable and os.access(path, os.R_OK))
        )
    }
