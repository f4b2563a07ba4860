"""Deleted photos: what was read on them is remembered for some days, in case they come back."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from indexer.catalog.catalog import Catalog

DAY = 86400.0
"""Seconds."""


def purge_deleted(catalog: Catalog, now: float, keep_days: float) -> None:
    """Forget the photos that lost their last file more than `keep_days` before `now`."""
    catalog.purge(now - keep_days * DAY)
