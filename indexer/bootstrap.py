"""Composition of the application: the only file that chooses concrete parts."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from indexer import home
from indexer.catalog.catalog import Catalog
from indexer.errors import CatalogError
from indexer.ocr.builtin import BuiltInEngine, make_detector
from indexer.search.searcher import Searcher
from indexer.stores.fulltext import Fulltext
from indexer.stores.posteriors import PosteriorStore
from indexer.stores.stores import Stores

if TYPE_CHECKING:
    from collections.abc import Iterator

    import click

    from indexer.config import Settings
    from indexer.ocr.protocols import Detector
    from indexer.sync.library import Library


@contextmanager
def writing(settings: Settings, workers: int | None) -> Iterator[Library]:
    """A library that nobody else writes to meanwhile; `workers` CPU threads read (None: all).

    Raises:
        CatalogError: another process holds it; the message names that process.
        ConfigError: others can write to the home folder.

    """
    # a query must not pay for what only writing needs
    from indexer import host
    from indexer.sync.library import Library

    home.make(settings)
    host.lower_priority(settings.nice, idle_io=settings.idle_io)
    with (
        home.locked(settings),
        Catalog(settings.database) as catalog,
        closing(BuiltInEngine(settings, workers)) as engine,
    ):
        yield Library(settings, catalog, stores(settings), engine)


@contextmanager
def reading_only(settings: Settings) -> Iterator[tuple[Catalog, Stores]]:
    """Catalog and derived stores to look into; never blocks on a writer.

    Raises:
        CatalogError: there is no catalog yet.
        ConfigError: others can write to the home folder.

    """
    if not settings.catalog_url and not (settings.home / "catalog.db").exists():
        msg = f"{settings.home}: nothing is indexed yet; run: ocrsearch index FOLDER"
        raise CatalogError(msg)
    if settings.home.exists():
        home.check_private(settings)
    with Catalog(settings.database) as catalog:
        yield catalog, stores(settings)


@contextmanager
def searching(settings: Settings) -> Iterator[Searcher]:
    """A searcher over the catalog and both stores. Imports no torch; raises CatalogError."""
    with reading_only(settings) as (catalog, derived):
        yield Searcher(catalog, derived.index, derived.posteriors)


def stores(settings: Settings) -> Stores:
    """Derived stores of a home folder; nothing is read yet."""
    from recognizer.posteriors.codec import PosteriorCodec  # numpy only

    return Stores(Fulltext(settings.index), PosteriorStore(settings.posteriors, PosteriorCodec()))


def detector(settings: Settings) -> Detector:
    """The configured word detector, in this process. Imports no torch."""
    return make_detector(settings)


def engine_commands() -> list[click.Command]:
    """The commands of recogniser and detector, such as train and evaluate. Imports no torch."""
    from detector_stub import cli as detector  # all names of other packages
    from recognizer.cli import commands as recognizer  # stay in functions

    return recognizer.COMMANDS + detector.COMMANDS
