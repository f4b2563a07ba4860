"""Read-only library of a home folder: search, show, status."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from indexer import bootstrap, reports
from indexer.config import load
from indexer.errors import CatalogError, UsageError
from indexer.home import check_apart
from indexer.search.searcher import Filters, Searcher

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Self

    from indexer.config import Settings
    from indexer.entities import Hit, Photo
    from indexer.reports import StatusReport


class ReadOnlyLibrary:
    """The indexed photos of a home folder, open for reading.

    Any number may be open at a time, also while `index` or `watch` writes. Use it in a `with`
    statement, or call `close` when done.
    """

    def __init__(self, settings: Settings) -> None:
        """Open the catalog and the indexes that `settings` name.

        Raises:
            CatalogError: nothing is indexed yet, or the catalog is damaged.
            ConfigError: others can write to the home folder.

        """
        self._settings = settings
        self._open = ExitStack()
        self._catalog, self._stores = self._open.enter_context(bootstrap.reading_only(settings))

    def __enter__(self) -> Self:
        """The library itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Close the catalog; the library cannot be used afterwards."""
        self._open.close()

    def search(
        self,
        query: str,
        *,
        limit: int = 50,
        exact: bool = False,
        min_score: float = Filters.least,
        folder: str | Path | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> tuple[Hit, ...]:
        """Find photos by the words on them, best first.

        Args:
            query: as on the command line, for example `'dijkstra "priority queue" NOT java'`.
            limit: hits at most.
            exact: match only the most likely reading of each word.
            min_score: leave out photos with a lower score, 0 to 1.
            folder: find only photos below this folder.
            since: find only photos taken at this time or later.
            until: find only photos taken before this time.

        Raises:
            UsageError: the query cannot be understood.
            CatalogError: an index is missing or damaged; the message says what to do.

        """
        filters = Filters(
            exact=exact,
            limit=limit,
            folder=None if folder is None else Path(folder).resolve(),
            since=since,
            until=until,
            least=min_score,
        )
        searcher = Searcher(self._catalog, self._stores.index, self._stores.posteriors)
        return searcher.search(query, filters).hits

    def show(self, photo: str | Path) -> Photo:
        """What was read on the photo at this path.

        Raises:
            UsageError: it is not in the catalog.

        """
        path = Path(photo)
        known = self._catalog.photo_at(path.resolve())
        if known is None:
            msg = f"{path}: not in the catalog; run: ocrsearch index {path.parent}"
            raise UsageError(msg)
        return known

    def status(self) -> StatusReport:
        """Counts, failures, sizes and what a writing process is doing, as `status --json` has it.

        A full-text index that is missing or damaged counts as one without photos.
        """
        from indexer.sync import progress_file  # a query need not load what looks at processes

        try:
            indexed = self._stores.index.count()
        except CatalogError:
            indexed = 0
        writer = progress_file.read(self._settings.progress)
        return reports.status_json(self._settings, self._catalog, indexed, writer)


def open(  # noqa: A001 - read as indexer.open
    home: str | Path | None = None, config: str | Path | None = None
) -> ReadOnlyLibrary:
    """Open the library of a home folder for reading, with the settings of the command line.

    Args:
        home: folder of the catalog and the indexes; by default that of the settings.
        config: configuration file; by default the one that OCRSEARCH_CONFIG names, or that of
            the user.

    Raises:
        CatalogError: nothing is indexed yet, or the catalog is damaged.
        ConfigError: a setting is wrong, or others can write to the home folder.

    """
    settings = load(
        None if config is None else Path(config), home=None if home is None else Path(home)
    )
    check_apart(settings.home, settings.folders)
    return ReadOnlyLibrary(settings)
