"""A catalog of an earlier version: who reads changes it only if no older process holds the home."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from filelock import FileLock

from indexer.catalog import database

pytestmark = pytest.mark.thorough


@pytest.fixture
def catalog(shell):
    """A home whose catalog has an earlier schema and one folder."""
    path = shell.folder / "home" / "catalog.db"
    path.parent.mkdir(mode=0o700)
    config = Config()
    config.set_main_option("script_location", str(Path(database.__file__).parent / "migrations"))
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.exec_driver_sql("INSERT INTO root VALUES (?, 0)", (b"/photos",))
    engine.dispose()
    return path


def version(path):
    with closing(sqlite3.connect(path)) as file:
        return file.execute("SELECT version_num FROM alembic_version").fetchone()[0]


def test_a_reader_leaves_it_to_an_older_process_that_writes_and_answers_from_a_copy(shell, catalog):
    with FileLock(catalog.with_name("lock")):
        told = shell("status")

    assert "/photos" in told.stdout
    assert "another ocrsearch is writing and has not brought the catalog up to date" in told.stderr
    assert "if that lasts, it is of an earlier version: start it again" in told.stderr
    assert version(catalog) == "0001"


def test_a_reader_uses_what_another_process_changed_just_before(shell, catalog, monkeypatch):
    look, seen = database._version, []

    def changed_meanwhile(engine):
        seen.append(look(engine))
        if len(seen) == 1:
            database.connect(f"sqlite:///{catalog}").dispose()
        return seen[-1]

    monkeypatch.setattr(database, "_version", changed_meanwhile)
    with FileLock(catalog.with_name("lock")):
        told = shell("status")

    assert "/photos" in told.stdout
    assert "writing" not in told.stderr


def test_a_reader_changes_it_where_nobody_writes(shell, catalog):
    told = shell("status")

    assert "/photos" in told.stdout
    assert "not brought the catalog up to date" not in told.stderr
    assert version(catalog) == database.HEAD


def test_no_writer_can_begin_while_a_reader_changes_it(shell, catalog, monkeypatch):
    tried = []
    migrate = database._migrate

    def watched(*arguments):
        with pytest.raises(TimeoutError):
            FileLock(catalog.with_name("lock"), timeout=0).acquire()
        tried.append(True)
        migrate(*arguments)

    monkeypatch.setattr(database, "_migrate", watched)
    shell("status")

    assert tried == [True]
    FileLock(catalog.with_name("lock"), timeout=0).acquire().lock.release()


def test_a_newer_catalog_is_refused_although_another_process_holds_it(shell, catalog):
    with closing(sqlite3.connect(catalog)) as file, file:
        file.execute("UPDATE alembic_version SET version_num = '9999'")

    with FileLock(catalog.with_name("lock")):
        told = shell("status", code=4)

    assert "made by a newer version" in told.stderr


def test_an_up_to_date_catalog_is_read_while_another_process_writes_without_a_word(shell, catalog):
    shell("status")

    with FileLock(catalog.with_name("lock")):
        assert "not brought the catalog up to date" not in shell("status").stderr
