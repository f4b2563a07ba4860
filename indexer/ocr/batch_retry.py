"""Retry of a failed batch photo by photo, so that only the faulty photo fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from indexer.errors import UserError
from indexer.ocr.protocols import Failed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from indexer.ocr.protocols import Outcome

T = TypeVar("T")


def isolate_faults(
    read: Callable[[Sequence[T]], list[Outcome]], photos: Sequence[T], fault: type[Exception]
) -> list[Outcome]:
    """Outcomes of `read(photos)`; after a `fault`, of each photo alone, so only one fails."""
    try:
        return read(photos)
    except fault as error:
        if len(photos) > 1:
            return [done for photo in photos for done in isolate_faults(read, [photo], fault)]
        if isinstance(error, UserError):
            return [Failed(str(error))]
        return [Failed(f"{type(error).__name__} while reading: {error}")]
