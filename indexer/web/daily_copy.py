"""The daily copy of all corrections, while the page is served: nobody else may be writing for months."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from indexer import bootstrap
from indexer.errors import OcrsearchError
from indexer.sync.corrections_copy import EVERY_SECONDS, keep_copy

if TYPE_CHECKING:
    from indexer.config import Settings


class DailyCopy:
    """Keeps the copy up to date until it is closed."""

    def __init__(self, settings: Settings, *, every_seconds: float = EVERY_SECONDS / 24) -> None:
        """Look at the copy now, and again every `every_seconds`."""
        self._settings, self._seconds = settings, every_seconds
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._keep, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Look no more."""
        self._closed.set()
        self._thread.join()

    def _keep(self) -> None:
        while True:
            # nothing is indexed yet, or what is wrong is told by every request
            with (
                suppress(OcrsearchError),
                bootstrap.reading_only(self._settings) as (catalog, _),
            ):
                keep_copy(self._settings.corrections_copy, catalog)
            if self._closed.wait(self._seconds):
                return
