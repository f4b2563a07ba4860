"""Homes whose names, or whose surroundings, are odd: everything stays in them, or is refused clearly."""

from __future__ import annotations

import os

import pytest
from click.testing import CliRunner

from indexer.cli.commands import main

from ..conftest import draw_photo

NAMES = [
    "what?", "a?mode=memory", "a#b", "100%", "a%20b", "a%2Fb", "a%00b", "a&b=c", "two\nlines",
    " blanks ", "q'u\"ote", ":memory:", "file:x", "a;b", "~", "~root", "$HOME", "*", "[x]",
    os.fsdecode(b"caf\xe9"), "-home", "\x1b[31mred", "\u202etxt", "e\u0301",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_home_of_any_name_holds_all_that_is_written_and_answers(shell, name):
    draw_photo(shell.photos / "a.png", "helios")
    base = shell.folder / "homes"
    base.mkdir()
    home = base / name

    def run(*arguments):
        return CliRunner().invoke(main, ["--home", str(home), *map(str, arguments)])

    assert run("index", shell.photos).exit_code == 0
    assert list(base.iterdir()) == [home]
    assert (home / "catalog.db").is_file()
    assert "a.png" in run("query", "helios").stdout


@pytest.mark.parametrize("command", [["index", "."], ["status"], ["query", "x"], ["rebuild"]])
def test_a_file_in_the_place_of_the_home_is_named(shell, command):
    (shell.folder / "home").write_text("dear aunt", encoding="utf-8")

    result = shell(*command, code=4)

    assert str(shell.folder / "home") in result.stderr
    assert "unexpected" not in result.stderr
    assert (shell.folder / "home").read_text(encoding="utf-8") == "dear aunt"
