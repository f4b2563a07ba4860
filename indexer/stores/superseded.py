"""Superseded photos of the posterior store: of those in several segments, the newest counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    from indexer.entities import PhotoId
    from indexer.stores.segments import Segment


def marked(photos: Collection[PhotoId], segments: Sequence[Segment]) -> NDArray[np.bool_]:
    """Whether each photo number up to the highest of the segments is among `photos`."""
    marks = np.zeros(1 + max((int(s.photos.max(initial=0)) for s in segments), default=0), bool)
    marks[[photo for photo in photos if photo < len(marks)]] = True
    return marks


def newest(segments: Sequence[Segment]) -> list[NDArray[np.bool_]]:
    """Which photos of each segment no later one supersedes."""
    seen = marked((), segments)
    current = []
    for segment in reversed(segments):
        current.append(~seen[segment.photos])
        seen[segment.photos] = True
    return current[::-1]
