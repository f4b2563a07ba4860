"""File names with escape sequences, line breaks and bidi controls, in all that is printed."""

from __future__ import annotations

import json
import logging
import os
import sys

import pytest

from indexer.system import logs
from recognizer.files.printable import printable

from ..conftest import draw_photo

pytestmark = pytest.mark.thorough

NAMES = [
    "a\x1b]0;title\x07\x1b[31mb.png",
    "line\nError: all is lost.png",
    "tab\t\rreturn.png",
    "c1\x9b31m.png",
    "bidi\u202egnp.png",
    "line\u2028separator.png",
    "caf\udce9\x1bc.png",
]


def is_clean(text):
    return all(printable(line, keep_bytes=True) == line for line in text.split("\n"))


def lines_with(text, shown):
    return [line for line in text.split("\n") if shown in line]


@pytest.mark.parametrize("name", NAMES)
def test_no_command_prints_a_name_as_it_is(shell, name):
    photo = draw_photo(shell.photos / name, "helios")
    shown = printable(name)

    read = shell("--verbose", "index", shell.photos)
    assert is_clean(read.output)
    assert lines_with(read.stderr, shown)
    for command in (
        ["query", "helios"],
        ["query", "helios", "--image", shell.folder / "out"],
        ["query", "helios", "--json"],
        ["show", photo],
        ["show", photo, "--json"],
        ["status"],
        ["status", "--json"],
        ["detect", photo],
        ["detect", photo, "--json"],
    ):
        assert is_clean(shell(*command).output), command
    [hit] = json.loads(shell("query", "helios", "--json").stdout)["hits"]
    assert hit["photo"] == str(photo)


@pytest.mark.parametrize("name", NAMES)
def test_a_failed_photo_is_listed_without_its_controls(shell, name):
    (shell.photos / name).write_bytes(b"no picture")

    read = shell("index", shell.photos, code=6)
    listed = shell("status", "--failed")

    assert is_clean(read.output)
    assert is_clean(listed.output)
    assert lines_with(read.stderr, printable(name))
    report = json.loads(shell("status", "--json").stdout)
    assert report["failures"][0]["photo"] == str(shell.photos / name)


@pytest.mark.parametrize("name", NAMES)
def test_an_error_names_a_path_without_its_controls(shell, name):
    for arguments, code in (
        (["index", shell.folder / name], 2),
        (["show", shell.folder / name], 4),
        (["detect", shell.folder / name], 6),
        (["query", "a", f"--{name}"], 4),
        ([name], 2),
        ([f"--{name}"], 2),
        (["--config", shell.folder / name, "status"], 3),
        (["status", name], 2),
        (["evaluate", shell.folder / name, "--greedy"], 2),
    ):
        assert is_clean(shell(*arguments, code=code).output), arguments


def test_each_wrong_setting_keeps_a_line_of_its_own(shell):
    file = shell.folder / "config.toml"
    file.write_text('nice = 99\nlanguag = "x"\n', encoding="utf-8")

    said = shell("--config", file, "status", code=3).output

    assert len(said.strip().split("\n")) == 2


def test_an_unexpected_error_is_told_without_controls(shell, monkeypatch):
    from indexer.cli import commands

    def broken(*_, **__):
        raise RuntimeError("bad\x1b]0;t\x07\nname")

    monkeypatch.setattr(commands, "ReadOnlyLibrary", broken)

    said = shell("status", code=1).output

    assert is_clean(said)
    assert r"bad\x1b]0;t\x07\nname" in said


def test_a_stack_trace_in_the_log_holds_no_controls():
    try:
        raise RuntimeError("bad\x1b[2Jname")  # noqa: TRY301
    except RuntimeError:
        record = logging.LogRecord("x", logging.ERROR, "", 0, "went\x07wrong\n", (), sys.exc_info())

    text = logs.TextFormatter().format(record)

    assert is_clean(text)
    assert r"went\x07wrong\n" in text
    assert r"bad\x1b[2Jname" in text
    assert "\n" in text


def test_on_a_terminal_bytes_that_are_not_utf8_are_escaped(shell, monkeypatch):
    draw_photo(shell.photos / "caf\udce9.png", "helios")
    shell("index", shell.photos)
    monkeypatch.setattr("indexer.cli.printed_names._is_terminal", lambda: True)

    found = shell("query", "helios")

    assert rb"caf\xe9.png" in found.stdout_bytes
    assert os.fsencode("caf\udce9.png") not in found.stdout_bytes
