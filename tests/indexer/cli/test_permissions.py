"""What may not be opened, or lies in the way: told in one sentence that applies, nothing is lost."""

from __future__ import annotations

import os
import shutil

import pytest

from ...powerless import powerless
from ..conftest import draw_photo

pytestmark = pytest.mark.thorough

COMMANDS = [["query", "helios"], ["status"], ["index"], ["rebuild"]]


@pytest.fixture
def indexed(shell):
    draw_photo(shell.photos / "a.png", "helios")
    shell("index", shell.photos)
    return shell


def tried(shell, command):
    """What a command says on stderr if permissions count."""
    from click.testing import CliRunner

    from indexer.cli.commands import main

    with powerless():
        result = CliRunner().invoke(main, ["--home", str(shell.folder / "home"), *command])
    assert "unexpected" not in result.output
    assert "Traceback" not in result.output
    assert result.exit_code in {0, 1, 2, 3, 4, 6}
    return result


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("mode", [0o000, 0o200, 0o400, 0o600])
def test_a_home_that_may_not_be_entered_is_named(indexed, command, mode):
    home = indexed.folder / "home"
    home.chmod(mode)

    result = tried(indexed, command)

    home.chmod(0o700)
    assert result.exit_code in {2, 4}
    assert str(home) in result.stderr
    assert "a.png" in indexed("query", "helios").stdout


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_home_below_a_folder_that_may_not_be_entered_is_named(indexed, command, tmp_path):
    (tmp_path / "closed").mkdir()
    shutil.move(indexed.folder / "home", tmp_path / "closed" / "home")
    indexed.folder = tmp_path / "closed"
    (tmp_path / "closed").chmod(0)

    result = tried(indexed, command)

    (tmp_path / "closed").chmod(0o700)
    assert result.exit_code in {2, 4}
    assert "ermission" in result.stderr
    assert "nothing is indexed" not in result.stderr
    assert "a.png" in indexed("query", "helios").stdout


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("name", ["index", "posteriors", "index/CURRENT", "lock", "lock.pid"])
@pytest.mark.parametrize("mode", [0o000, 0o400])
def test_a_part_of_the_home_that_may_not_be_opened_is_told_or_does_not_matter(
    indexed, command, name, mode
):
    part = indexed.folder / "home" / name
    part.touch()
    before = part.stat().st_mode
    part.chmod(mode)

    result = tried(indexed, command)

    if part.exists():
        part.chmod(before)
    if result.exit_code:
        assert "ermission" in result.stderr
    assert "a.png" in indexed("query", "helios").stdout


@pytest.mark.parametrize(
    "command", [["index", "PHOTOS"], ["index"], ["status"], ["query", "helios"]]
)
def test_photos_below_a_folder_that_may_not_be_entered_are_kept(indexed, command):
    closed = indexed.folder / "closed"
    closed.mkdir()
    shutil.move(indexed.photos, closed / "photos")
    indexed("index", closed / "photos")
    closed.chmod(0)

    tried(indexed, [str(closed / "photos") if word == "PHOTOS" else word for word in command])

    closed.chmod(0o700)
    assert "closed/photos/a.png" in indexed("query", "helios").stdout


# the catalog's file ------------------------------------------------------------------------


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("content", [b"", b"S", b"SQLite format 3\0"])
def test_a_catalog_that_lost_its_content_is_no_new_one(indexed, command, content):
    (indexed.folder / "home" / "catalog.db").write_bytes(content)

    said = indexed(*command, code=4).stderr

    assert "catalog.db" in said
    assert "backup" in said
    assert (indexed.folder / "home" / "catalog.db").read_bytes() == content


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("content", [None, b""], ids=["missing", "empty"])
def test_the_log_of_a_catalog_without_content_is_kept(shell, command, content):
    home = shell.folder / "home"
    home.mkdir(mode=0o700)
    (home / "catalog.db-wal").write_bytes(b"changes" * 1000)
    if content is not None:
        (home / "catalog.db").write_bytes(content)

    said = shell(*command, code=4).stderr

    assert "catalog.db-wal" in said
    assert (home / "catalog.db-wal").read_bytes() == b"changes" * 1000


def test_a_catalog_that_was_begun_before_a_crash_is_no_damage(shell):
    draw_photo(shell.photos / "a.png", "helios")
    (shell.folder / "home").mkdir(mode=0o700)
    (shell.folder / "home" / "catalog.db").touch()

    shell("index", shell.photos)

    assert "a.png" in shell("query", "helios").stdout


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("kind", ["folder", "pipe", "link to nowhere", "circle of links"])
def test_something_else_in_the_place_of_the_catalog_is_named(indexed, command, kind):
    catalog = indexed.folder / "home" / "catalog.db"
    catalog.unlink()
    match kind:
        case "folder":
            catalog.mkdir()
        case "pipe":
            os.mkfifo(catalog)
        case "link to nowhere":
            catalog.symlink_to("nowhere/catalog.db")
        case "circle of links":
            catalog.symlink_to("catalog.db")

    said = indexed(*command, code=4).stderr

    assert str(catalog) in said
    assert "unexpected" not in said


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("lost", ["catalog.db-wal", "catalog.db-shm"])
def test_a_catalog_whose_log_or_shared_memory_is_gone_answers(indexed, command, lost, tmp_path):
    import sqlite3

    home = indexed.folder / "home"
    open_still = sqlite3.connect(home / "catalog.db", isolation_level=None)
    open_still.execute("PRAGMA wal_autocheckpoint=0")
    open_still.execute("CREATE TABLE later (x)")
    shutil.copytree(home, tmp_path / "crashed")
    open_still.close()
    shutil.rmtree(home)
    (tmp_path / "crashed").rename(home)
    (home / lost).unlink()

    indexed(*command)

    assert "a.png" in indexed("query", "helios").stdout
    if lost.endswith("-shm"):
        with sqlite3.connect(home / "catalog.db") as catalog:
            assert catalog.execute("SELECT count(*) FROM later").fetchone() == (0,)
        catalog.close()
