"""The library that the page searches: open all the time, and opened anew with another home folder."""

from __future__ import annotations

import threading
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from indexer import bootstrap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from indexer.catalog.queries import CatalogReader
    from indexer.config import Settings
    from indexer.stores.stores import Stores


class LiveLibrary:
    """Catalog and stores for one request at a time; safe to use from several threads."""

    def __init__(self, settings: Settings) -> None:
        """Nothing is opened before the first request."""
        self._settings, self._lock = settings, threading.RLock()
        self._opened: ExitStack | None = None
        self._parts: tuple[CatalogReader, Stores] | None = None
        self._seen: list[int] = []

    def close(self) -> None:
        """Close what is open."""
        with self._lock:
            if self._opened is not None:
                self._opened.close()
            self._opened = self._parts = None

    @contextmanager
    def parts(self) -> Iterator[tuple[CatalogReader, Stores]]:
        """Catalog and stores as they are now, for the time of a request.

        Raises:
            CatalogError: nothing is indexed yet, or the catalog or a store is damaged.
            ConfigError: others can write to the home folder.

        """
        with self._lock:
            seen = self._signs()
            if self._parts is None or seen != self._seen:
                self.close()
                stack = ExitStack()
                self._parts = stack.enter_context(bootstrap.reading_only(self._settings))
                self._opened, self._seen = stack, seen
            yield self._parts

    def _signs(self) -> list[int]:
        """What changes when a home folder is made, or another is put in its place."""
        signs = []
        for path in (
            self._settings.home / "catalog.db",
            self._settings.index / "CURRENT",
            self._settings.posteriors / "CURRENT",
        ):
            try:
                signs.append(path.stat().st_ino if path.name == "catalog.db" else 1)
            except OSError:
                signs.append(0)
        return signs
