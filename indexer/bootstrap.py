"""Composition of the application: a library to write, a library to read, the commands.

The only file that chooses concrete parts. Each function imports the parts that it composes, because
most commands need few of them, and a query must not pay for what writing needs.
"""

from __future__ import annotations

import os
from contextlib import ExitStack, closing, contextmanager, suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from indexer.errors import CatalogError, DamageError, UsageError, not_in_catalog
from indexer.search.filters import Filters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Self

    import click

    from indexer.catalog.correctable import CorrectableCatalog
    from indexer.catalog.queries import CatalogReader
    from indexer.config import Settings
    from indexer.entities import Hit, Photo
    from indexer.ocr.protocols import Detector
    from indexer.renditions.renderer import Renderer
    from indexer.reports import StatusReport
    from indexer.search.searcher import Searcher
    from indexer.stores.stores import Stores
    from indexer.sync.library import Library


def import_parts() -> None:
    """Import what nearly every command needs, at a time that the caller chooses."""
    import indexer.catalog.queries
    import indexer.home
    import indexer.search.searcher
    import indexer.stores.fulltext
    import indexer.stores.posteriors  # noqa: F401 - for what imports it later to find
    import recognizer.posteriors.codec  # noqa: F401


@contextmanager
def writing(settings: Settings, workers: int | None) -> Iterator[Library]:
    """A library that nobody else writes to meanwhile; `workers` CPU threads read (None: all).

    Raises:
        CatalogError: another process holds it; the message names that process.
        ConfigError: others can write to the home folder.

    """
    from indexer import home
    from indexer.catalog.catalog import Catalog
    from indexer.ocr.builtin import BuiltInEngine
    from indexer.renditions.inks import cut_inks
    from indexer.renditions.thumbnails import Thumbnails
    from indexer.sync.corrections_copy import keep_copy
    from indexer.sync.library import Library
    from indexer.system.process_priority import lower_priority

    home.make(settings)
    lower_priority(settings.nice, idle_io=settings.idle_io)
    _has_catalog(settings)  # one that is damaged is not written over
    keep = Thumbnails(settings.renditions, settings.renditions_megabytes)
    with (
        home.locked(settings),
        Catalog(settings.database) as catalog,
        closing(BuiltInEngine(settings, workers, keep)) as engine,
    ):
        keep_copy(settings.corrections_copy, catalog)
        cut = partial(cut_inks, settings, catalog)
        yield Library(settings, catalog, stores(settings), engine, cut)


@contextmanager
def reading_only(settings: Settings) -> Iterator[tuple[CatalogReader, Stores]]:
    """Open catalog and derived stores for reading; never blocks on a writer.

    Raises:
        CatalogError: there is no catalog yet.
        ConfigError: others can write to the home folder.

    """
    from indexer import home
    from indexer.catalog.queries import CatalogReader

    _require_catalog(settings)
    if os.path.exists(settings.home):  # noqa: PTH110 - that of Path raises where it may not look
        home.check_private(settings)
    with CatalogReader(settings.database, claim=lambda: home.claimed(settings)) as catalog:
        # while a home is made, the catalog comes first
        yield catalog, stores(settings, empty_if_missing=not catalog.has_searchable())


@contextmanager
def correcting(settings: Settings) -> Iterator[CorrectableCatalog]:
    """Open the catalog for corrections, also while another process writes; see `deliver`.

    Raises:
        CatalogError: there is no catalog yet, or another process has not brought it up to date.
        ConfigError: others can write to the home folder.

    """
    from indexer import home
    from indexer.catalog.correctable import CorrectableCatalog

    _require_catalog(settings)
    home.check_private(settings)
    with CorrectableCatalog(settings.database, claim=partial(home.claimed, settings)) as catalog:
        yield catalog


def deliver(settings: Settings, renderer: Renderer | None = None) -> None:
    """Let follow what follows from corrections: derived stores, and the images of corrected words.

    If another process writes to the stores, that one does it when it looks at the catalog again.
    Words are cut out by `renderer`, or by one of its own. Raises CatalogError if nothing is indexed yet.
    """
    _require_catalog(settings)
    from indexer import home
    from indexer.catalog.catalog import Catalog
    from indexer.renditions.inks import cut_inks
    from indexer.sync.derived_indexes import DerivedIndexes

    with home.claimed(settings) as ours:
        if ours:
            with Catalog(settings.database) as catalog, suppress(DamageError):
                DerivedIndexes(catalog, stores(settings)).apply_changes()
    with correcting(settings) as correctable:
        cut_inks(settings, correctable, renderer)


def _require_catalog(settings: Settings) -> None:
    """Raise CatalogError if nothing is indexed yet."""
    if not _has_catalog(settings):
        msg = f"{settings.home}: nothing is indexed yet; run: ocrsearch index FOLDER"
        raise CatalogError(msg)


def _has_catalog(settings: Settings) -> bool:
    """Whether there is a catalog. Raises CatalogError if it has lost its content."""
    from indexer.catalog.lost_content import has_content

    if settings.catalog_url:
        return True
    return has_content(settings.home / "catalog.db", settings.index / "CURRENT")


class ReadOnlyLibrary:
    """The indexed photos of a home folder, open for reading.

    Any number may be open at a time, also while `index` or `watch` writes. Use it in a `with`
    statement, or call `close` when done. Once it is closed, every call raises UsageError.
    """

    def __init__(self, settings: Settings) -> None:
        """Open the catalog and the indexes that `settings` name.

        Raises:
            CatalogError: nothing is indexed yet, or the catalog is damaged.
            ConfigError: others can write to the home folder.

        """
        self._settings = settings
        self._open = ExitStack()
        self._parts: tuple[CatalogReader, Stores] | None
        self._parts = self._open.enter_context(reading_only(settings))

    def __enter__(self) -> Self:
        """The library itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Close the catalog; the library cannot be used afterwards. Closing twice is fine."""
        self._parts = None
        self._open.close()

    def _opened(self) -> tuple[CatalogReader, Stores]:
        """Catalog and derived stores. Raises UsageError if they are closed."""
        if self._parts is None:
            msg = "the library is closed; open it again with indexer.open()"
            raise UsageError(msg)
        return self._parts

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
            limit: hits at most, 1 or more.
            exact: match only the most likely reading of each word.
            min_score: leave out photos with a lower score, 0 to 1.
            folder: find only photos below this folder; `~` is the home of the user.
            since: find only photos taken at this time or later, without a time zone.
            until: find only photos taken before this time, without a time zone.

        Raises:
            UsageError: the query cannot be understood, an argument is of the wrong kind, or the
                library is closed.
            CatalogError: an index is missing or damaged; the message says what to do.

        """
        from indexer.search.searcher import Searcher

        catalog, derived = self._opened()
        _require("query", query, "a text", met=isinstance(query, str))
        whole = isinstance(limit, int) and not isinstance(limit, bool)
        _require("limit", limit, "a whole number from 1 on", met=whole and limit > 0)
        number = isinstance(min_score, int | float)
        _require("min_score", min_score, "a number from 0 to 1", met=number and 0 <= min_score <= 1)
        for name, time in (("since", since), ("until", until)):
            naive = time is None or (isinstance(time, datetime) and time.tzinfo is None)
            _require(
                name, time, "a naive datetime (without a time zone), as cameras write", met=naive
            )
        filters = Filters(
            exact=exact,
            limit=limit,
            folder=None if folder is None else _path("folder", folder).resolve(),
            since=since,
            until=until,
            least=min_score,
        )
        searcher = Searcher(catalog, derived.index, derived.posteriors)
        return searcher.search(query, filters).hits

    def show(self, photo: str | Path) -> Photo:
        """What was read on the photo at this path.

        Raises:
            UsageError: it is not in the catalog, it is no path, or the library is closed.

        """
        catalog, _ = self._opened()
        path = _path("photo", photo)
        known = catalog.photo_at(path.resolve())
        if known is None:
            raise not_in_catalog(path)
        return known

    def status(self) -> StatusReport:
        """Counts, failures, sizes and what a writing process is doing, as `status --json` has it.

        A full-text index that is missing or damaged counts as one without photos.

        Raises:
            UsageError: the library is closed.

        """
        from indexer import reports
        from indexer.sync import progress_file

        catalog, derived = self._opened()
        try:
            indexed = derived.index.count()
        except CatalogError:
            indexed = 0
        writer = progress_file.read(self._settings.progress)
        return reports.status_json(self._settings, catalog, indexed, writer)


def _require(name: str, value: object, wanted: str, *, met: bool) -> None:
    if not met:
        msg = f"{name} = {value!r}: give {wanted}"
        raise UsageError(msg)


def _path(name: str, value: str | Path) -> Path:
    try:
        met = isinstance(value, str | Path) and b"\0" not in os.fsencode(value)
    except UnicodeEncodeError:
        met = False
    _require(name, value, "a path that a file can have, without NUL", met=met)
    from indexer.setting_kinds import expanded

    return expanded(Path(value))


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
        UsageError: `home` or `config` is no path.

    """
    from indexer.config import load
    from indexer.home import check_apart

    settings = load(
        None if config is None else _path("config", config),
        home=None if home is None else _path("home", home),
    )
    check_apart(settings.home, settings.folders)
    return ReadOnlyLibrary(settings)


@contextmanager
def searching(settings: Settings) -> Iterator[Searcher]:
    """A searcher over the catalog and both stores. Imports no torch; raises CatalogError."""
    from indexer.search.searcher import Searcher

    with reading_only(settings) as (catalog, derived):
        yield Searcher(catalog, derived.index, derived.posteriors)


def stores(settings: Settings, *, empty_if_missing: bool = False) -> Stores:
    """Derived stores of a home folder; nothing is read yet."""
    from indexer.stores.fulltext import Fulltext
    from indexer.stores.posteriors import PosteriorStore
    from indexer.stores.stores import Stores
    from recognizer.posteriors.codec import PosteriorCodec  # numpy only

    return Stores(
        Fulltext(settings.index, empty_if_missing=empty_if_missing),
        PosteriorStore(settings.posteriors, PosteriorCodec(), empty_if_missing=empty_if_missing),
    )


def detector(settings: Settings) -> Detector:
    """The configured word detector, in this process; raises DetectorError. Imports no torch."""
    from indexer.ocr.builtin import make_detector

    return make_detector(settings, load=True)


def graph_of(weights: Path) -> tuple[Path, bool]:
    """The ONNX file of a weights file, and whether one that was made from weights lies there."""
    from recognizer.inference import graph

    return graph.path_of(weights), graph.is_there(weights)


def convert_weights(path: Path) -> None:
    """Make the ONNX file of weights of the recogniser or the detector.

    Raises:
        UserError: no weights, or they are damaged.

    """
    from detector_stub.inference import pretrained as detector

    if detector.describes(path):
        from detector_stub.network import weights as detector_weights  # loads torch

        detector_weights.convert(path)
    else:
        from recognizer.network import weights  # loads torch

        weights.convert(path)


def picture_limits(load: Callable[[], Settings]) -> dict[str, Callable[[], Settings]]:
    """What the context of `engine_commands` holds for them to obey the user's limits of pictures."""
    from recognizer.inference import limits

    return {limits.GIVEN: load}


def own_data(
    corrected: Callable[[str], Path],
) -> dict[str, dict[str, Callable[[str], Path]]]:
    """What the context of `engine_commands` holds for them to take `corrections:` as data."""
    from recognizer.datasets.given import GIVEN

    return {GIVEN: {"corrections": corrected}}


def engine_commands() -> list[click.Command]:
    """The commands of recogniser and detector, such as train and evaluate. Imports no torch."""
    from detector_stub import cli as detector  # all names of other packages
    from recognizer.cli import commands as recognizer  # stay in functions

    return recognizer.COMMANDS + detector.COMMANDS
