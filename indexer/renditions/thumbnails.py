"""Thumbnails of photos, made while they are read: their pixels are at hand then."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from indexer.renditions.cache import Cache
from indexer.renditions.drawing import SIZES, drawn

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

log = logging.getLogger("ocrsearch")

LONGEST = min(SIZES)
"""Pixels of the longer side of a thumbnail."""


@dataclass
class Thumbnails:
    """Keeps a thumbnail of each photo, once a page was served that can show it.

    Attributes:
        folder: where they are kept; while it is absent, none is made.
        megabytes: of all pictures in there at most.

    """

    folder: Path
    megabytes: float
    _cache: Cache | None = field(default=None, init=False, repr=False)

    def __call__(self, content: str, pixels: NDArray[np.uint8]) -> None:
        """Keep that of a photo, RGB [rows, columns, 3]; a fault only costs time when it is shown."""
        from PIL import Image

        if not self.folder.is_dir():
            return
        if self._cache is None:
            self._cache = Cache(self.folder, self.megabytes)
        try:
            if not self._cache.has(content, LONGEST):
                picture = drawn(Image.fromarray(pixels), SIZES[LONGEST])
                self._cache.put(content, LONGEST, picture)
        except Exception as error:  # a photo that was read is not lost over its picture
            log.debug("no thumbnail of %s was made", content, exc_info=error)
