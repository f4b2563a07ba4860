"""A catalog in a folder that cannot be written."""

from __future__ import annotations

import os
import resource
import sqlite3
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from indexer.catalog import database
from indexer.catalog.catalog import Catalog
from indexer.catalog.queries import CatalogReader
from indexer.errors import CatalogError


@pytest.fixture
def path(tmp_path):
    (tmp_path / "home ?#%").mkdir()
    return tmp_path / "home ?#%" / "catalog.db"


@pytest.fixture
def url(path):
    return sa.URL.create("sqlite", database=str(path)).render_as_string()


@pytest.fixture
def read_only(path, monkeypatch):
    """Lets the folder of the catalog be read-only, from when it is called."""

    def close():
        monkeypatch.setattr(os, "access", lambda place, _: Path(place) != path.parent)

    return close


def test_it_is_read_and_nothing_is_written_beside_it(path, url, read_only):
    with Catalog(url) as catalog:
        catalog.set_roots({Path("/photos"): False})
    before = {entry: entry.stat().st_mtime_ns for entry in path.parent.iterdir()}
    read_only()

    with Catalog(url) as catalog:
        assert catalog.roots() == {Path("/photos"): False}
        assert {entry: entry.stat().st_mtime_ns for entry in path.parent.iterdir()} == before


def test_it_is_never_written(url, read_only):
    Catalog(url).close()
    read_only()

    with Catalog(url) as catalog, pytest.raises(CatalogError, match="can only be read"):
        catalog.set_roots({Path("/photos"): False})


def test_changes_in_a_log_that_cannot_be_read_are_not_left_out_silently(path, url, read_only):
    Catalog(url).close()
    path.with_name("catalog.db-wal").write_bytes(b"changes")
    read_only()

    with pytest.raises(CatalogError, match="copy the home folder"):
        Catalog(url)


def test_an_older_schema_is_read_from_a_copy_that_is_removed_after(
    path, url, read_only, tmp_path, monkeypatch
):
    config = Config()
    config.set_main_option("script_location", str(Path(database.__file__).parent / "migrations"))
    with sa.create_engine(url).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    with sqlite3.connect(path) as old:
        old.execute("INSERT INTO root VALUES (?, 0)", (b"/photos",))
    old.close()
    content = path.read_bytes()
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    read_only()

    with Catalog(url) as catalog:
        assert catalog.roots() == {Path("/photos"): False}
        assert catalog.volumes() == {}

    assert path.read_bytes() == content
    assert [*path.parent.iterdir()] == [path]
    assert [*(tmp_path / "temporary").iterdir()] == []


def test_a_newer_schema_is_refused_by_its_own_name(path, url, read_only, tmp_path, monkeypatch):
    Catalog(url).close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    read_only()

    with pytest.raises(CatalogError, match=r"home .*catalog\.db: made by a newer version"):
        Catalog(url)

    assert [*(tmp_path / "temporary").iterdir()] == []


@contextmanager
def no_room():
    """No file grows beyond two kilobytes, as on a full disk: SQLite cannot make its shared memory."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2048, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_it_answers_where_there_is_no_room(path, url):
    with Catalog(url) as catalog:
        catalog.set_roots({Path("/photos"): False})
    content = path.read_bytes()

    with no_room(), CatalogReader(url) as catalog, CatalogReader(url) as other:
        assert catalog.roots() == other.roots() == {Path("/photos"): False}

    assert path.read_bytes() == content


def test_changes_in_a_log_are_not_left_out_where_there_is_no_room(path, url):
    Catalog(url).close()
    path.with_name("catalog.db-wal").write_bytes(b"changes" * 1000)

    with no_room(), pytest.raises(CatalogError, match="its free space"):
        CatalogReader(url)


def test_it_is_not_written_where_there_is_no_room(url):
    Catalog(url).close()

    with no_room(), pytest.raises(CatalogError, match="its free space"):
        Catalog(url)


def test_it_can_be_written_as_soon_as_there_is_room(url):
    Catalog(url).close()

    with no_room():
        reader = CatalogReader(url)
    with Catalog(url) as catalog:
        catalog.set_roots({Path("/photos"): False})

    reader.close()
    with CatalogReader(url) as catalog:
        assert catalog.roots() == {Path("/photos"): False}
