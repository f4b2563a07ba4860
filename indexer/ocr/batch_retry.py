"""Retry of a failed batch photo by photo, so that only the faulty photo fails."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, TypeVar

from indexer.errors import UserError
from indexer.ocr.protocols import Failed
from recognizer.files.printable import in_brackets, plainly

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from indexer.ocr.protocols import Outcome

log = logging.getLogger("ocrsearch")

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
        log.debug("unexpected error while a photo was read", exc_info=error)
        if isinstance(error, MemoryError):
            return [Failed("there was not enough memory to read it; close other programs")]
        said = in_brackets(plainly(error))
        return [Failed(f"the program failed on this photo{said}; please report it")]
