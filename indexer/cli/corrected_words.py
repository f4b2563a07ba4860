"""Corrected words as data of `ocrsearch train` and `evaluate`."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from indexer import bootstrap
from indexer.corrections import word_export
from indexer.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from indexer.config import Settings

log = logging.getLogger("ocrsearch")

HELD = "held"


def corrected_words(load: Callable[..., Settings], part: str) -> Path:
    """A folder with the words to learn from, or of those to measure on, if `part` is HELD.

    Raises:
        CatalogError: nothing is indexed yet.
        UsageError: there is no such part.

    """
    if part not in {"", HELD}:
        msg = f"corrections:{part}: no such data; give corrections: or corrections:{HELD}"
        raise UsageError(msg)
    settings = load()
    with bootstrap.reading_only(settings) as (catalog, _):
        words = catalog.inked_words()
        chosen = (
            word_export.held_out(words, catalog.checked()) if part else word_export.learned(words)
        )
    if chosen.several:
        log.warning("%d images of several words are left out", chosen.several)
    return word_export.write(chosen.words, settings.own_weights / f"words{part and '-held'}")
