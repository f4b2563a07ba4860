"""Images of corrected words, cut out and kept, so that learning needs neither the photo nor its folder."""

from __future__ import annotations

import logging
from contextlib import closing
from typing import TYPE_CHECKING

from indexer.errors import PhotoError
from indexer.renditions.renderer import Renderer

if TYPE_CHECKING:
    from collections.abc import Callable

    from indexer.catalog.correctable import CorrectableCatalog
    from indexer.config import Settings

log = logging.getLogger("ocrsearch")


def cut_inks(
    settings: Settings,
    catalog: CorrectableCatalog,
    renderer: Renderer | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> int:
    """Cut the words of corrections that have no image yet out of their photos; returns how many.

    A photo that cannot be opened now is left for the next time. Without a renderer, one of our own
    does it.
    """
    if renderer is None:
        with closing(Renderer.of(settings)) as own:
            return cut_inks(settings, catalog, own, stop)
    count = 0
    for content, corrections in catalog.without_ink().items():
        if stop():
            break
        photo = catalog.photo_with(content)
        if photo is None:
            continue
        try:
            inks = {c.uid: renderer.ink(photo, c.box, c.corners, c.size) for c in corrections}
        except PhotoError as error:
            log.debug("no words of %s were cut out: %s", content, error)
            continue
        catalog.put_inks(inks)
        count += len(inks)
    return count
