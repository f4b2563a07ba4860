"""The library that the page searches: open all the time, and opened anew with another home folder."""

from __future__ import annotations

import os
import threading
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from indexer import bootstrap, home
from indexer.catalog.catalog import Catalog

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

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
        self._seen: tuple[object, ...] = ()

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

    def retry(self, paths: Sequence[Path] | None, reason: str | None) -> int:
        """Make failed files due now, all or some; how many there are. Raises CatalogError."""
        with self.parts() as (catalog, _):
            if reason is not None:
                chosen = {
                    failure.path for failure in catalog.failures() if failure.reason == reason
                }
                paths = sorted(chosen if paths is None else chosen.intersection(paths))
        claim = home.claimed
        with Catalog(self._settings.database, claim=lambda: claim(self._settings)) as writing:
            return writing.retry_now(paths)

    def _signs(self) -> tuple[object, ...]:
        """What changes when a home folder is made, or another is put in its place."""
        stores = (self._settings.index / "CURRENT", self._settings.posteriors / "CURRENT")
        return (_number(self._settings.home / "catalog.db"), *map(os.path.exists, stores))


def _number(path: Path) -> int:
    """The number of a file in its file system; 0 where it cannot be seen."""
    try:
        return path.stat().st_ino
    except OSError:
        return 0
