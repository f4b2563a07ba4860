"""Opening the catalog's database: pragmas, migrations, versions. Private to `catalog`."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from indexer.errors import CatalogError

if TYPE_CHECKING:
    from collections.abc import Iterator

HEAD = "0002"
"""The newest migration; a test holds it against the migrations folder."""


def connect(url: str) -> sa.Engine:
    """An engine for a catalog that exists and is up to date; migrations run when it is not.

    Raises:
        CatalogError: the database cannot be opened, is damaged, or is newer than this program.

    """
    try:
        engine = sa.create_engine(url)
    except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError, ImportError) as error:
        msg = f"catalog_url = {url!r}: {error}"
        raise CatalogError(msg) from error
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine)
    with translated(url):
        with engine.connect() as connection:
            version = _version(connection)
        if version != HEAD:
            _migrate(engine, version)
    return engine


@contextmanager
def translated(where: str) -> Iterator[None]:
    """Database faults become a CatalogError that says what to do next.

    Raises:
        CatalogError: instead of any error of the database driver.

    """
    try:
        yield
    except sa.exc.OperationalError as error:
        fault = str(error.orig)
        advice = "free some space and run the command again"
        if "locked" in fault:
            advice = "another program holds it; try again when that has finished"
        elif "full" not in fault:
            advice = "check the path and its permissions"
        msg = f"{where}: {fault}; {advice}"
        raise CatalogError(msg) from error
    except sa.exc.DatabaseError as error:
        msg = f"{where}: {error.orig}; restore it from a backup or move it away and index again"
        raise CatalogError(msg) from error


def _prepare_sqlite(engine: sa.Engine) -> None:
    """The one place that knows SQLite: readers beside one writer, no torn writes."""

    @sa.event.listens_for(engine, "connect")
    def _pragmas(connection: Any, _record: object) -> None:  # noqa: ANN401 - DBAPI object
        # the driver would commit before a CREATE TABLE: half a migration could remain
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA busy_timeout=10000")
        cursor.execute("PRAGMA journal_mode=WAL")
        # each commit reaches the disk: the derived stores must never be ahead of the catalog
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN")


def _version(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return version


def _migrate(engine: sa.Engine, version: str | None) -> None:
    # Alembic takes a quarter of a second to import, and an up-to-date catalog never needs it
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if version is not None and version not in known:
        msg = (
            f"{engine.url.render_as_string(hide_password=True)}: made by a newer version of "
            f"ocrsearch (schema {version}); update the program"
        )
        raise CatalogError(msg)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
