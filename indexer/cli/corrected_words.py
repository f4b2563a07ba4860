"""Corrected words as data of `ocrsearch train` and `evaluate`."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from indexer import bootstrap
from indexer.corrections import learning_words
from indexer.errors import UsageError
from recognizer.files.printable import counted

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
        UsageError: there is no such part, or no word in it.

    """
    if part not in {"", HELD}:
        msg = f"corrections:{part}: no such data; give corrections: or corrections:{HELD}"
        raise UsageError(msg)
    settings = load()
    with bootstrap.reading_only(settings) as (catalog, _):
        words = catalog.inked_words()
        chosen = (
            learning_words.held_out(words, catalog.checked())
            if part
            else learning_words.learned(words)
        )
    if not chosen.words:
        msg = "corrections: there are no words to learn from; correct or confirm some (see: ocrsearch correct)"
        if part:
            msg = f"corrections:{part}: no checked photo is held out (see: ocrsearch learn photos)"
        raise UsageError(msg)
    if chosen.several:
        log.warning("%s of several words left out", counted(chosen.several, "image"))
    return learning_words.write(chosen.words, settings.own_weights / f"words{part and '-held'}")
