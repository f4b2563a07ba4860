"""Which concrete parts the application is made of: the only file that names the other packages."""

from __future__ import annotations

import os
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from indexer import home
from indexer.catalog.catalog import Catalog
from indexer.catalog.queries import CatalogReader
from indexer.errors import CatalogError
from indexer.ocr.builtin import BuiltInEyes
from indexer.search.searcher import Searcher
from indexer.stores.fulltext import Fulltext
from indexer.stores.posteriors import PosteriorStore
from indexer.stores.stores import Stores

if TYPE_CHECKING:
    from collections.abc import Iterator

    import click

    from indexer.config import Settings
    from indexer.sync.library import Library


def ocr_engine(settings: Settings, workers: int | None = None) -> BuiltInEyes:
    """The built-in detector and recogniser; `workers` CPU threads (None: all cores)."""
    return BuiltInEyes(settings, workers)


@contextmanager
def writing(settings: Settings, workers: int | None) -> Iterator[Library]:
    """A library that nobody else writes to meanwhile; `workers` CPU threads read (None: all).

    Raises:
        CatalogError: another process holds it; the message names that process.
        ConfigError: others can write to the home folder.

    """
    # a query must not pay for what only writing needs
    from filelock import FileLock, Timeout

    from indexer import host
    from indexer.sync.library import Library

    home.make(settings)
    host.lower_priority(settings.nice, idle_io=settings.idle_io)
    lock = FileLock(settings.lock)
    holder = settings.lock.with_suffix(".pid")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        pid = holder.read_text(encoding="ascii").strip() if holder.exists() else "unknown"
        msg = (
            f"{settings.home}: another ocrsearch (process {pid}) is writing; "
            "stop it or wait until it has finished"
        )
        raise CatalogError(msg) from error
    except OSError as error:
        msg = f"{settings.lock}: cannot lock the home folder ({error.strerror})"
        raise CatalogError(msg) from error
    try:
        holder.write_text(f"{os.getpid()}\n", encoding="ascii")
        eyes = ocr_engine(settings, workers)
        with Catalog(settings.database) as catalog, closing(eyes):
            yield Library(settings, catalog, stores(settings), eyes)
    finally:
        lock.release()


@contextmanager
def reading_only(settings: Settings) -> Iterator[tuple[CatalogReader, Stores]]:
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
    with CatalogReader(settings.database) as catalog:
        yield catalog, stores(settings)


@contextmanager
def searching(settings: Settings) -> Iterator[Searcher]:
    """Something that answers queries. Imports no torch; raises CatalogError."""
    with reading_only(settings) as (catalog, derived):
        yield Searcher(catalog, derived.index, derived.posteriors)


def stores(settings: Settings) -> Stores:
    """The derived stores of a home folder."""
    from recognizer.posteriors.posteriorgram import FoldedPosteriors  # numpy only

    return Stores(Fulltext(settings.index), PosteriorStore(settings.posteriors, FoldedPosteriors))


def engine_commands() -> list[click.Command]:
    """The commands of recogniser and detector, such as train and evaluate. Imports no torch."""
    from detector_stub import cli as detector  # all names of other packages
    from recognizer.cli import commands as recognizer  # stay in functions

    return recognizer.COMMANDS + detector.COMMANDS
