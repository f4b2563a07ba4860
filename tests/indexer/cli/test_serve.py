"""`serve` and the process that reads beside it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest

pytest.importorskip("starlette", reason="the extra web is not installed")

from indexer.cli import child_commands
from indexer.cli.commands import main
from indexer.web import serve as server

ROOT = Path(__file__).parents[3]


def test_options_reach_the_server(shell, monkeypatch):
    given = []
    monkeypatch.setattr(server, "serve", lambda *args, **named: given.append((args, named)))

    shell("serve", "--port", 9000, "--lan", "10.0.0.1", "--allow-host", "a", "--read-only")

    [((settings, listening, beside), named)] = given
    assert settings.home == shell.folder / "home"
    assert (listening.port, listening.lan, listening.names) == (9000, "10.0.0.1", ("a",))
    assert (named["read_only"], beside.watch) == (True, None)
    assert beside.learn is not None


@pytest.mark.parametrize(
    "given",
    [
        [],
        ["--home", "h"],
        ["--home", "h", "--config", "c.toml", "--log-level", "error", "--log-json", "--debug"],
        ["--verbose"],
    ],
)
def test_watch_is_given_the_options_of_the_program_as_they_were_given(given, monkeypatch):
    context = main.make_context("ocrsearch", [*given, "serve"])

    assert child_commands.options_given(context) == given


def test_what_a_variable_says_is_not_given_as_an_option(monkeypatch):
    monkeypatch.setenv("OCRSEARCH_HOME", "elsewhere")

    assert child_commands.options_given(main.make_context("ocrsearch", ["serve"])) == []


@pytest.mark.slow
def test_what_a_command_beside_the_server_says_goes_into_a_file(tmp_path):
    context = main.make_context("ocrsearch", ["--home", str(tmp_path / "home"), "serve"])

    process = child_commands.starter(context, "learn", tmp_path / "out.log")()
    process.join()

    assert process.exitcode == 4
    assert "Error: " in (tmp_path / "out.log").read_text()
    assert "nothing is indexed yet" in (tmp_path / "out.log").read_text()


@pytest.fixture
def serving(tmp_path):
    """A running `serve --watch` whose folders stand in a configuration file; and its log."""
    (tmp_path / "photos").mkdir()
    config = tmp_path / "own.toml"
    config.write_text(f'folders = ["{tmp_path / "photos"}"]\nhome = "{tmp_path / "home"}"\n')
    command = [sys.executable, "-m", "indexer", "--config", config, "serve", "--watch", "--port"]
    process = subprocess.Popen(
        [*map(str, command), str(20_000 + os.getpid() % 10_000)],
        cwd=ROOT, stderr=subprocess.PIPE, text=True, env=os.environ | {"OCRSEARCH_HOME": ""},
    )  # fmt: skip
    yield process
    process.kill()
    process.wait()
    process.stderr.close()


def said(process: subprocess.Popen, wanted: str) -> str:
    """The first line of the log that says it."""
    timer = threading.Timer(120, process.kill)
    timer.start()
    lines = []
    for line in process.stderr:
        lines.append(line)
        if re.search(wanted, line):
            timer.cancel()
            return line
    pytest.fail("".join(lines))


def only_child(process: subprocess.Popen) -> psutil.Process:
    found = [
        child
        for child in psutil.Process(process.pid).children()
        if "spawn_main" in " ".join(child.cmdline())
    ]
    assert len(found) == 1
    return found[0]


@pytest.mark.slow
def test_watch_beside_the_server_obeys_the_configuration_and_ends_with_it(serving, tmp_path):
    said(serving, f"watching {tmp_path / 'photos'}")
    child = only_child(serving)

    serving.send_signal(signal.SIGTERM)

    assert serving.wait(60) == 0
    child.wait(60)
    assert (tmp_path / "home" / "catalog.db").exists()


@pytest.mark.slow
def test_watch_ends_with_a_server_that_is_killed(serving):
    said(serving, "watching ")
    child = only_child(serving)

    serving.kill()

    child.wait(60)


@pytest.mark.slow
def test_watch_that_cannot_run_is_told(serving, tmp_path):
    said(serving, "watching ")

    only_child(serving).terminate()

    assert "started again in 60 seconds" in said(serving, "ocrsearch watch has ended")
