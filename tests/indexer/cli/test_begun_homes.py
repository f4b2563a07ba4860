"""A home that another process has just begun: who reads waits for it, and finds no photo yet."""

from __future__ import annotations

import json
import shutil
import threading

import pytest
from filelock import FileLock

from indexer import bootstrap, config
from indexer.catalog import database
from indexer.catalog.catalog import Catalog

from ..conftest import draw_photo


@pytest.fixture
def begun(shell):
    """A home in which another process has not yet made more than a file for the catalog."""
    home = shell.folder / "home"
    home.mkdir(mode=0o700)
    (home / "catalog.db").touch()
    return home


def make_catalog(home):
    Catalog(f"sqlite:///{home / 'catalog.db'}").close()


@pytest.mark.parametrize(
    ("command", "code"),
    [(["query", "helios"], 1), (["status", "--json"], 0)],
    ids=["query", "status"],
)
def test_it_is_waited_for(shell, begun, monkeypatch, command, code):
    waits = []

    def made_meanwhile(_):
        waits.append(True)
        maker = threading.Thread(target=make_catalog, args=(begun,))
        maker.start()
        maker.join()

    with FileLock(begun / "lock"), monkeypatch.context() as patched:
        patched.setattr(database.time, "sleep", made_meanwhile)
        told = shell(*command, code=code)

    assert waits == [True]
    assert "not brought the catalog up to date" not in told.stderr
    assert "rebuild" not in told.stderr


def test_it_is_not_waited_for_without_end(shell, begun, monkeypatch):
    monkeypatch.setattr(database, "BUSY_MS", 0)

    with FileLock(begun / "lock"):
        told = shell("query", "helios", code=4)

    assert "another ocrsearch is making it; try again in a moment" in told.stderr


@pytest.mark.parametrize(
    "command",
    [["query", "helios"], ["query", "hel*"], ["query", '"a b"'], ["query", "--exact", "helios"],
     ["query", "helios name:a.png"], ["query", "helios", "--json"]],
    ids=" ".join,
)  # fmt: skip
def test_a_catalog_without_photos_needs_no_index(shell, begun, command):
    make_catalog(begun)

    assert "rebuild" not in shell(*command, code=1).stderr


def test_an_index_that_is_made_later_is_used_by_who_reads_already(shell, begun):
    make_catalog(begun)
    with bootstrap.ReadOnlyLibrary(config.load(home=begun)) as library:
        assert library.search("helios") == ()
        draw_photo(shell.photos / "a.png", "helios")
        shell("index", shell.photos)

        assert [hit.photo.name for hit in library.search("helios")] == ["a.png"]


@pytest.mark.parametrize("lost", ["index", "posteriors"])
def test_an_index_that_was_lost_is_told(shell, lost):
    draw_photo(shell.photos / "a.png", "helios")
    shell("index", shell.photos)
    shutil.rmtree(shell.folder / "home" / lost)

    assert "rebuild" in shell("query", "helios", code=4).stderr
    assert json.loads(shell("status", "--json").stdout)["photos"]["read"] == 1
