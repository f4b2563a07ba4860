"""Homes that released versions left behind; see tests/data/README.md."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from indexer import bootstrap, config
from indexer.catalog.catalog import Catalog
from indexer.cli.commands import main
from indexer.entities import PhotoId
from indexer.errors import DamageError
from indexer.sync.library import Library

pytestmark = pytest.mark.thorough

DATA = Path(__file__).parents[2] / "data"
VERSIONS = ("0.1.0", "0.2.0")
QUERIES = {
    "queue": "000-graph-search.jpg",
    "dijk*": "000-graph-search.jpg",
    "tomato*": "002-garden.jpg",
    "basil": "002-garden.jpg",
    "?raph": "000-graph-search.jpg",
}


class NoEyes:
    """Eyes that must stay shut."""

    engine = None

    def read(self, paths, limits, stop):
        pytest.fail("a photo was read")

    def close(self):
        pass


@pytest.fixture(params=VERSIONS)
def home(request, tmp_path, monkeypatch):
    monkeypatch.setattr(config, "default_path", lambda: tmp_path / "absent.toml")
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    with zipfile.ZipFile(DATA / f"home-{request.param}.zip") as stored:
        stored.extractall(folder)
    return folder


def run(home, *arguments):
    result = CliRunner().invoke(main, ["--home", str(home), *arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


def best(home, query):
    return json.loads(run(home, "query", query, "--json"))["hits"][0]["photo"]


def best_names(home):
    return {query: Path(best(home, query)).name for query in QUERIES}


def catch_up(home):
    settings = config.load(home=home)
    with Catalog(settings.database) as catalog:
        Library(settings, catalog, bootstrap.stores(settings), NoEyes()).indexes.catch_up()


def contents(home):
    return {path: path.stat().st_mtime_ns for path in home.rglob("*")}


def test_a_home_of_each_release_answers_at_once(home):
    current = (home / "index" / "CURRENT").read_text()

    assert best_names(home) == QUERIES
    assert (home / "index" / "CURRENT").read_text() == current


def test_what_it_holds_is_shown(home):
    status = json.loads(run(home, "status", "--json"))
    [folder] = status["folders"]

    assert (status["photos"]["read"], status["indexed"], status["words"]) == (2, 2, 53)
    assert "tomatoes want full sun" in run(home, "show", f"{folder}/002-garden.jpg")


def test_a_writer_brings_both_stores_up_to_date_without_reading_a_photo(home):
    catch_up(home)

    assert (home / "index" / "CURRENT").read_text().startswith("3 ")
    assert len([*home.glob("posteriors/*.seg")]) == 1
    assert best_names(home) == QUERIES


def test_a_home_that_is_up_to_date_is_left_alone(home):
    catch_up(home)
    before = contents(home)

    catch_up(home)

    assert contents(home / "index").items() <= before.items()
    assert contents(home / "posteriors").items() <= before.items()


@pytest.mark.parametrize("home", ["0.1.0"], indirect=True)
def test_words_are_never_added_to_an_index_of_another_format(home):
    index = bootstrap.stores(config.load(home=home)).index

    with pytest.raises(DamageError, match="older format"):
        index.apply({PhotoId(1): {"late": 1.0}})


def test_nothing_is_written_below_a_folder_that_is_not_ours_to_write(home, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)
    before = contents(home)

    assert best_names(home) == QUERIES
    [folder] = json.loads(run(home, "status", "--json"))["folders"]
    run(home, "show", f"{folder}/002-garden.jpg")

    assert contents(home) == before


def test_a_home_on_a_read_only_medium_answers(home):
    inner = (
        'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" || exit 77; '
        '! touch "$1/new" 2>/dev/null && exec "$2" -m indexer --home "$1" query queue --json'
    )
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("needs unshare")
    ran = subprocess.run(
        [unshare, "--map-root-user", "--mount", "sh", "-c", inner, "sh", home, sys.executable],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    if ran.returncode == 77 or "unshare" in ran.stderr:
        pytest.skip(f"cannot mount here: {ran.stderr.strip()}")

    assert Path(json.loads(ran.stdout)["hits"][0]["photo"]).name == QUERIES["queue"]


@pytest.mark.parametrize("home", ["0.2.0"], indirect=True)
def test_copies_and_failures_of_an_older_home_are_kept(home):
    with Catalog(config.load(home=home).database) as catalog:
        [root] = catalog.roots()
        names = {str(path.relative_to(root)): stamp for path, stamp in catalog.places().items()}
        [failure] = catalog.failures()

    assert set(names) == {"000-graph-search.jpg", "002-garden.jpg", "sub/copy.jpg", "broken.jpg"}
    assert all(stamp.inode == 0 and stamp.mtime_ns for stamp in names.values())
    assert (failure.path, failure.attempts) == (root / "broken.jpg", 1)


@pytest.mark.parametrize("home", ["0.2.0"], indirect=True)
def test_it_answers_while_another_process_brings_it_up_to_date(home, monkeypatch):
    monkeypatch.setattr("indexer.catalog.database.BUSY_MS", 1)
    before = (home / "catalog.db").read_bytes()
    other = sqlite3.connect(home / "catalog.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    other.execute("ALTER TABLE photo DROP COLUMN indexed_generation")

    assert best_names(home) == QUERIES

    other.rollback()
    other.close()
    assert (home / "catalog.db").read_bytes()[100:] == before[100:]
