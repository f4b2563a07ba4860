"""Identity of photos: a file is known by the hash of its content, whatever it is called."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from indexer.ocr.image import content_hash

if TYPE_CHECKING:
    from pathlib import Path

    from indexer.catalog.catalog import Catalog
    from indexer.entities import Stamp, State
    from indexer.ocr.image import Limits

CLOCK_RESOLUTION = 2.0
"""Seconds between two times that a file system can tell apart: memory cards have the coarsest."""


def identify(path: Path, limits: Limits, catalog: Catalog, now: float) -> tuple[str, State]:
    """Hash a file and store it as a place of the photo with this content.

    A renamed, moved or copied file thereby finds the reading of its photo.

    Returns:
        The content hash, and the state of the photo: pending if it has to be read.

    Raises:
        GoneError: there is no such file.
        PhotoError: it cannot be read, or is larger than `limits` allow.

    """
    content, stamp = content_hash(path, limits)
    return content, put_place(path, stamp, content, catalog, now)


def put_place(path: Path, stamp: Stamp, content: str, catalog: Catalog, now: float) -> State:
    """Store that a file holds the photo with this content hash; returns the photo's state."""
    return catalog.put_places([(path, without_racy_time(stamp, now), content)], now)[0]


def without_racy_time(stamp: Stamp, now: float) -> Stamp:
    """The stamp to store for a file that was looked at `now`, seconds since 1970.

    A file written this moment may be written again without a change of size and time, so it gets a
    size that no file has, and the next run looks at it again.
    """
    age = now - stamp.mtime_ns / 1e9
    return replace(stamp, size=-1) if abs(age) < CLOCK_RESOLUTION else stamp
