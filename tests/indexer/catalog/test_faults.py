"""Faults of the database: what is wrong with which file, and advice that applies to it."""

from __future__ import annotations

import os
import sqlite3

import pytest
import sqlalchemy as sa

from indexer.catalog import faults
from indexer.catalog.catalog import Catalog
from indexer.errors import CatalogError

URL = "sqlite:////home/catalog.db"


def failed(code, text="odd words of SQLite"):
    error = sqlite3.OperationalError(text)
    error.sqlite_errorcode = code
    return error


def counts(url):
    with Catalog(url) as catalog:
        return catalog.counts()


@pytest.mark.parametrize("wrapped", [True, False])
@pytest.mark.parametrize(
    ("code", "advice"),
    [
        (sqlite3.SQLITE_READONLY, "can only be read"),
        (sqlite3.SQLITE_READONLY_DIRECTORY, "can only be read"),
        (sqlite3.SQLITE_READONLY_DBMOVED, "can only be read"),
        (sqlite3.SQLITE_FULL, "free some space"),
        (sqlite3.SQLITE_BUSY, "another program holds it"),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, "another program holds it"),
        (sqlite3.SQLITE_LOCKED_SHAREDCACHE, "another program holds it"),
        (sqlite3.SQLITE_CORRUPT, "damaged; restore it"),
        (sqlite3.SQLITE_CORRUPT_INDEX, "damaged; restore it"),
        (sqlite3.SQLITE_NOTADB, "not a catalog; restore it"),
        (sqlite3.SQLITE_PERM, "check its permissions"),
        (sqlite3.SQLITE_CANTOPEN, "check that its folder exists"),
        (sqlite3.SQLITE_CANTOPEN_ISDIR, "check that its folder exists"),
        (sqlite3.SQLITE_IOERR, "check the disk"),
        (sqlite3.SQLITE_IOERR_READ, "check the disk"),
        (sqlite3.SQLITE_IOERR_SHORT_READ, "check the disk"),
        (sqlite3.SQLITE_NOMEM, "not enough memory"),
        (sqlite3.SQLITE_ERROR, "restore it"),
        (sqlite3.SQLITE_CONSTRAINT_UNIQUE, "restore it"),
    ],
)
def test_each_kind_of_fault_has_its_own_advice(code, advice, wrapped):
    error = failed(code)
    if wrapped:
        error = sa.exc.OperationalError("SELECT", {}, error)

    with pytest.raises(CatalogError) as told, faults.translated(URL):
        raise error

    assert advice in str(told.value)
    assert str(told.value).startswith("/home/catalog.db: ")
    assert "odd words" not in str(told.value)


@pytest.mark.parametrize("code", [sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_BUSY])
def test_permissions_are_not_blamed_for_other_faults(code):
    with pytest.raises(CatalogError) as told, faults.translated(URL):
        raise failed(code)

    assert "permission" not in str(told.value)


def test_a_code_that_is_not_known_is_told_in_the_words_of_the_database():
    said = r"failed \(odd words of SQLite\); restore"
    with pytest.raises(CatalogError, match=said), faults.translated(URL):
        raise failed(sqlite3.SQLITE_TOOBIG, "odd\nwords of SQLite")


def test_a_server_that_does_not_answer_is_named_without_its_password():
    url = "postgresql://me:secret@server/photos"

    with pytest.raises(CatalogError) as told, faults.translated(url):
        raise sa.exc.OperationalError("SELECT", {}, Exception("connection refused"))

    assert "connection refused" in str(told.value)
    assert "server/photos" in str(told.value)
    assert "secret" not in str(told.value)


@pytest.mark.parametrize(
    ("url", "advice"),
    [
        ("nonsense", "not the address of a database"),
        ("sqlite:", "not the address of a database"),
        ("postgresql://me:secret@server:port/x", "not the address of a database"),
        ("oracel://me:secret@server/x", "oracel is no kind of database"),
        ("mysql+nothing://me:secret@server/x", "mysql.nothing is no kind of database"),
        ("mysql://me:secret@server/x", "the Python package MySQLdb is needed"),
    ],
)
def test_an_address_that_leads_nowhere_names_the_key_and_keeps_the_password(url, advice):
    with pytest.raises(CatalogError, match=f"^catalog_url: .*{advice}") as told:
        Catalog(url)

    assert "secret" not in str(told.value)


def test_a_file_that_is_no_database_is_not_called_forbidden(tmp_path):
    (tmp_path / "catalog.db").write_bytes(b"Dear aunt, " * 500)

    with pytest.raises(CatalogError, match=r"catalog\.db: not a catalog; restore"):
        Catalog(f"sqlite:///{tmp_path}/catalog.db")


def test_a_folder_in_the_place_of_the_catalog_is_named(tmp_path):
    (tmp_path / "catalog.db").mkdir()

    with pytest.raises(CatalogError, match=r"catalog\.db: cannot be opened"):
        Catalog(f"sqlite:///{tmp_path}/catalog.db")


def test_a_damaged_catalog_is_called_so(tmp_path):
    url = f"sqlite:///{tmp_path}/catalog.db"
    Catalog(url).close()
    size = (tmp_path / "catalog.db").stat().st_size
    with (tmp_path / "catalog.db").open("r+b") as file:
        for page in range(4096, size, 4096):
            file.seek(page)
            file.write(os.urandom(4096))

    with pytest.raises(CatalogError, match=r"catalog\.db: damaged; restore"):
        counts(url)


def test_a_catalog_without_its_tables_is_told(tmp_path):
    url = f"sqlite:///{tmp_path}/catalog.db"
    Catalog(url).close()
    with sqlite3.connect(tmp_path / "catalog.db") as file:
        file.execute("DROP TABLE photo")
    file.close()

    with pytest.raises(CatalogError, match="lacks what a catalog holds; restore"):
        counts(url)
