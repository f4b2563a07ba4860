"""Deleted photos: what was read on them is remembered for some days, in case they come back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from indexer.renditions.cache import forget

if TYPE_CHECKING:
    from indexer.catalog.catalog import Catalog
    from indexer.config import Settings

DAY = 86400.0
"""Seconds."""


def purge_deleted(catalog: Catalog, settings: Settings, now: float) -> None:
    """Forget the photos that lost their last file more than `keep_days` before `now`, pictures too."""
    purged = catalog.purge(now - settings.keep_days * DAY)
    forget(settings.renditions, purged)
