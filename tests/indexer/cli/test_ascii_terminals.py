"""Terminals and locales that know ASCII only, and standard streams that are closed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from indexer.cli.commands import main
from recognizer.files.printable import as_utf8

from ..conftest import draw_photo

pytestmark = pytest.mark.thorough

NAMES = ["caf\xe9.png", "\u732b.png", "\U0001f600.png", os.fsdecode(b"bad\xe9.png"), "plain.png"]


@pytest.fixture
def indexed(shell):
    shell.engine.recognizer.alternatives = {"helios": (("h\xe9li\xf6s", 0.9), ("\u732b", 0.1))}
    for salt, name in enumerate(NAMES):
        draw_photo(shell.photos / name, "helios", salt=salt)
    shell("index", shell.photos)
    return shell


@pytest.mark.parametrize("charset", ["ascii", "latin-1", "cp437", "utf-8"])
@pytest.mark.parametrize(
    "command",
    [
        ["query", "h*"], ["query", "h*", "--json"], ["status"], ["status", "--json"], ["index"],
        ["index", "--json"], ["query", "\u732bx\xe9"], ["query", "--help"], ["show", "FIRST"],
        ["show", "FIRST", "--json"], ["detect", "FIRST"], ["--log-json", "index"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_output_in_any_encoding_is_no_error(indexed, charset, command):
    first = str(indexed.photos / NAMES[0])
    command = [first if word == "FIRST" else word for word in command]

    result = CliRunner(charset=charset).invoke(
        main, ["--home", str(indexed.folder / "home"), *command]
    )

    assert result.exit_code in {0, 1}
    assert "unexpected" not in result.stderr_bytes.decode("latin-1")
    if "--json" in command:
        json.loads(result.stdout_bytes.decode(charset, "surrogateescape"))


def test_json_in_ascii_holds_the_same_names(indexed):
    home = ["--home", str(indexed.folder / "home")]

    result = CliRunner(charset="ascii").invoke(main, [*home, "query", "h*", "--json"])

    found = json.loads(result.stdout_bytes)["hits"]
    assert {Path(hit["photo"]).name for hit in found} == set(NAMES)


def test_bytes_that_are_utf_8_are_letters_and_others_stay():
    assert as_utf8(b"caf\xc3\xa9".decode("ascii", "surrogateescape")) == "caf\xe9"
    assert as_utf8(b"caf\xe9".decode("utf-8", "surrogateescape")) == "caf\udce9"
    assert as_utf8("caf\xe9 \ud800") == "caf\xe9 \ud800"


PLAIN_C = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


@pytest.fixture
def in_plain_c(indexed):
    """Runs a command in a process whose locale is ASCII."""

    def run(*arguments, command='exec "$@"'):
        words = [sys.executable, "-m", "indexer", "--home", indexed.folder / "home", *arguments]
        return subprocess.run(
            ["sh", "-c", command, "sh", *words],
            env={**os.environ, **PLAIN_C, "OCRSEARCH_CONFIG": os.devnull},
            capture_output=True,
            check=False,
        )

    return run


def test_words_and_names_that_are_typed_in_utf_8_are_found_in_an_ascii_locale(in_plain_c):
    for query in ("h\xe9li\xf6s", "h* name:caf\xe9", "h* name:\u732b"):
        done = in_plain_c("query", query, "--json")

        assert json.loads(done.stdout)["hits"], query


@pytest.mark.slow
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-", "| head -n 1"])
@pytest.mark.parametrize("arguments", [["query", "h*"], ["query", "h*", "--json"], ["status"]])
def test_closed_streams_and_readers_that_leave_are_no_error(in_plain_c, closed, arguments):
    done = in_plain_c(*arguments, command=f'"$@" {closed}')

    assert (done.returncode, done.stderr) == (0, b"")
