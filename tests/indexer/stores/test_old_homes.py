"""Homes that released versions left behind; see tests/data/README.md."""

from __future__ import annotations

import json
import os
import shutil
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

DATA = Path(__file__).parents[2] / "data"
GRAPH = "/tmp/ocrsearch-0.1.0/photos/000-graph-search.jpg"
GARDEN = "/tmp/ocrsearch-0.1.0/photos/002-garden.jpg"
ANSWERS = {"queue": GRAPH, "dijk*": GRAPH, "tomato*": GARDEN, "basil": GARDEN, "?raph": GRAPH}


class NoEyes:
    """Eyes that must stay shut."""

    engine = None

    def read(self, paths, limits, stop):
        pytest.fail("a photo was read")

    def close(self):
        pass


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setattr(config, "default_path", lambda: tmp_path / "absent.toml")
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    with zipfile.ZipFile(DATA / "home-0.1.0.zip") as stored:
        stored.extractall(folder)
    return folder


def run(home, *arguments):
    result = CliRunner().invoke(main, ["--home", str(home), *arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


def best(home, query):
    return json.loads(run(home, "query", query, "--json"))["hits"][0]["photo"]


def rebuild(home):
    settings = config.load(home=home)
    with Catalog(settings.database) as catalog:
        Library(settings, catalog, bootstrap.stores(settings), NoEyes()).indexes.catch_up()


def contents(home):
    return {path: path.stat().st_mtime_ns for path in home.rglob("*")}


@pytest.mark.parametrize("query", ANSWERS)
def test_a_home_of_the_first_release_answers_at_once(home, query):
    assert best(home, query) == ANSWERS[query]
    assert (home / "index" / "CURRENT").read_text() == "1 0001\n"


def test_what_it_holds_is_shown(home):
    status = json.loads(run(home, "status", "--json"))

    assert (status["photos"]["read"], status["indexed"], status["words"]) == (2, 2, 53)
    assert "tomatoes want full sun" in run(home, "show", GARDEN)


def test_a_writer_rebuilds_both_stores_without_reading_a_photo(home):
    before = contents(home)

    rebuild(home)

    after = contents(home)
    assert (home / "index" / "CURRENT").read_text().startswith("3 ")
    [segment] = home.glob("posteriors/*.seg")
    assert after[segment] != before[segment]
    assert {query: best(home, query) for query in ANSWERS} == ANSWERS


def test_a_home_that_was_rebuilt_is_left_alone(home):
    rebuild(home)
    before = contents(home / "index")

    rebuild(home)

    assert contents(home / "index") == before


def test_words_are_never_added_to_an_index_of_another_format(home):
    index = bootstrap.stores(config.load(home=home)).index

    with pytest.raises(DamageError, match="older format"):
        index.apply({PhotoId(1): {"late": 1.0}})


def test_nothing_is_written_below_a_folder_that_is_not_ours_to_write(home, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)
    before = contents(home)

    assert {query: best(home, query) for query in ANSWERS} == ANSWERS
    run(home, "status")
    run(home, "show", GARDEN)

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

    assert json.loads(ran.stdout)["hits"][0]["photo"] == GRAPH
