"""Opening the catalog's database: pragmas, migrations, versions. Private to `catalog`."""

from __future__ import annotations

import logging
import os
import sqlite3
import time
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from indexer.catalog import faults
from indexer.errors import CatalogError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    Claim = Callable[[], AbstractContextManager[bool]]

log = logging.getLogger("ocrsearch")

HEAD = "0008"
"""The newest migration; a test holds it against the migrations folder."""

BUSY_MS = 20_000
"""Milliseconds to wait for another process that writes."""

_WRITING = "ocrsearch_writing"
"""Option of connections that begin their transactions by taking the right to write."""


@contextmanager
def unclaimed() -> Iterator[bool]:
    """The claim on a catalog that nobody else can write to."""
    yield True


def connect(url: str, *, reading: bool = False, claim: Claim = unclaimed) -> sa.Engine:
    """An engine for a catalog that exists and is up to date; migrations run when it is not.

    On a full disk, a catalog without a log is read as it is on a read-only medium. While another
    process writes or migrates an older one, who only reads gets a copy of it. The same if `claim`
    says that another process holds it: one of an earlier version would fail on the new schema, and
    one of this version is about to migrate it. A catalog that another process has just begun is
    waited for.

    Raises:
        CatalogError: the database cannot be opened, is damaged, or is newer than this program.

    """
    engine = _engine(url)
    read_only = engine.dialect.name == "sqlite" and _is_read_only(Path(engine.url.database or ""))
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine, read_only=read_only)
    with faults.translated(url):
        try:
            version = _version(engine)
        except sa.exc.DBAPIError as error:
            engine.dispose()
            if (
                read_only
                or not reading
                or not faults.may_lack_room(error)
                or _has_log(Path(engine.url.database or ""))
            ):
                raise
            read_only = True  # as far as SQLite is concerned: it can make no file beside it
            engine = sa.create_engine(url)
            _prepare_sqlite(engine, read_only=True)
            version = _version(engine)
        if version != HEAD:
            if read_only:
                engine = _writable_copy(engine)
            try:
                with (unclaimed if read_only else claim)() as ours:  # a copy is ours alone
                    if not ours and version is None:
                        return _made_by_another(engine, url)
                    if not ours:
                        return _beside_another(engine, url)
                    _migrate(engine, version, url)
            except BaseException as error:
                if reading and faults.is_locked(error):
                    return _migrated_copy(engine, version, url)
                engine.dispose()
                raise
    return engine


def _engine(url: str) -> sa.Engine:
    """An engine that has connected to nothing yet. Raises CatalogError."""
    try:
        return sa.create_engine(url)
    except ImportError as error:
        msg = f"catalog_url: the Python package {error.name} is needed for it; install that"
        raise CatalogError(msg) from error
    except sa.exc.NoSuchModuleError as error:
        kind = sa.make_url(url).drivername
        msg = f"catalog_url: {kind} is no kind of database that is known; try sqlite:///FILE"
        raise CatalogError(msg) from error
    except (sa.exc.ArgumentError, ValueError) as error:
        msg = "catalog_url: not the address of a database; give one such as sqlite:///FILE"
        raise CatalogError(msg) from error


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A transaction that writes.

    On SQLite it has the right to write from its begin on, for which it waits. One that read first
    would be refused at once if another process wrote in between, whatever the time to wait.
    """
    with engine.execution_options(**{_WRITING: True}).begin() as connection:
        yield connection


def _is_read_only(database: Path) -> bool:
    """Whether a database is on a read-only medium, or its folder is not ours to write.

    SQLite then cannot make the shared memory of its write-ahead log, and opens the database only
    as immutable. That would leave out what stands in a log that was not yet taken over.

    Raises:
        CatalogError: there is such a log, and no shared memory with it.

    """
    if not database.is_file() or os.access(database.parent, os.W_OK):
        return False
    if not _has_log(database):
        return True
    if not database.with_name(f"{database.name}-shm").exists():
        msg = (
            f"{database}-wal: holds changes that cannot be read while its folder is read-only; "
            "copy the home folder to where it can be written"
        )
        raise CatalogError(msg)
    return False


def _has_log(database: Path) -> bool:
    """Whether changes lie beside a database that were not yet taken over into it."""
    log = database.with_name(f"{database.name}-wal")
    return log.exists() and log.stat().st_size > 0


def _writable_copy(engine: sa.Engine) -> sa.Engine:
    """Copy a database of an older schema out of its read-only folder, until the engine is disposed.

    A newer program can then answer from it, though not keep what it brought up to date.
    """
    from tempfile import TemporaryDirectory  # rarely needed

    folder = TemporaryDirectory(prefix="ocrsearch-")
    copy = Path(folder.name) / "catalog.db"
    # what another process writes meanwhile is in it as a whole or not at all
    with closing(engine.raw_connection()) as source, closing(sqlite3.connect(copy)) as target:
        driver: Any = source.driver_connection
        driver.backup(target)
    engine.dispose()
    copied = sa.create_engine(sa.URL.create("sqlite", database=str(copy)))
    sa.event.listen(copied, "engine_disposed", lambda _: folder.cleanup())
    return copied


def _made_by_another(engine: sa.Engine, url: str) -> sa.Engine:
    """Wait until the process that has just begun a catalog has made its tables. Raises CatalogError."""
    deadline = time.monotonic() + BUSY_MS / 1000
    while _version(engine) is None:
        if time.monotonic() > deadline:
            msg = f"{faults.place(url)}: another ocrsearch is making it; try again in a moment"
            raise CatalogError(msg)
        time.sleep(0.01)
    return engine


def _beside_another(engine: sa.Engine, url: str) -> sa.Engine:
    """The catalog if the process that holds it has migrated it by now, else a migrated copy of it."""
    version = _version(engine)
    if version == HEAD:
        return engine
    log.warning(
        "%s: another ocrsearch is writing and has not brought the catalog up to date, so a copy "
        "answers; if that lasts, it is of an earlier version: start it again",
        faults.place(url),
    )
    return _migrated_copy(engine, version, url)


def _migrated_copy(engine: sa.Engine, version: str | None, url: str) -> sa.Engine:
    if engine.dialect.name != "sqlite":
        msg = (
            f"{faults.place(url)}: another ocrsearch is writing and has not brought the catalog up to date; "
            "try again in a moment, and if that lasts, stop it: it is of an earlier version"
        )
        raise CatalogError(msg)
    copied = _writable_copy(engine)
    try:
        _migrate(copied, version, url)
    except BaseException:
        copied.dispose()
        raise
    return copied


def _prepare_sqlite(engine: sa.Engine, *, read_only: bool) -> None:
    """Set SQLite up, the only place that does: readers beside one writer, no torn writes."""
    if read_only:

        @sa.event.listens_for(engine, "do_connect")
        def _immutable(
            _dialect: object, _record: object, args: list[str], options: dict[str, object]
        ) -> None:
            args[0] = f"{Path(args[0]).absolute().as_uri()}?immutable=1"
            options["uri"] = True

    @sa.event.listens_for(engine, "connect")
    def _pragmas(connection: Any, _record: object) -> None:  # noqa: ANN401 - DBAPI object
        # the driver would commit before a CREATE TABLE: half a migration could remain
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={BUSY_MS}")
        _use_log(cursor)
        # each commit reaches the disk: the derived stores must never be ahead of the catalog
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        writes = connection.get_execution_options().get(_WRITING, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _use_log(cursor: Any) -> None:  # noqa: ANN401 - DBAPI object
    """Let readers and a writer work side by side; the file remembers it.

    While two programs open a new file at once, SQLite refuses this without waiting.
    """
    deadline = time.monotonic() + BUSY_MS / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


def _version(engine: sa.Engine) -> str | None:
    with engine.connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        version: str | None = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
        return version


def _migrate(engine: sa.Engine, version: str | None, url: str) -> None:
    # Alembic takes a quarter of a second to import, and an up-to-date catalog never needs it
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if version is not None and version not in known:
        msg = (
            f"{faults.place(url)}: made by a newer version of "
            f"ocrsearch (schema {version}); update the program"
        )
        raise CatalogError(msg)
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
