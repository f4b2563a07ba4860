"""Progress of `index`, `rebuild` and `demo`: a bar on a terminal, lines elsewhere."""

from __future__ import annotations

import io
import json
import logging
import sys

import pytest
import tqdm.std

from indexer.cli import demo, progress
from indexer.system import logs

from ..conftest import draw_photo


class Terminal(io.StringIO):
    """A stderr that people look at."""

    def isatty(self):
        return True


@pytest.fixture
def begin(monkeypatch):
    """Begins on a terminal, on a machine where each look at the clock takes a second."""

    def replace_stderr(*, as_json=False):
        # in the test itself: between its set-up and its call, pytest sets stderr anew
        seconds = iter(range(1_000_000))
        monkeypatch.setattr(tqdm.std, "time", lambda: float(next(seconds)))
        monkeypatch.setattr(sys, "stderr", Terminal())
        logs.configure("info", as_json=as_json)
        return sys.stderr

    return replace_stderr


def test_a_terminal_shows_a_bar_that_ends_full(begin):
    terminal = begin()

    with progress.bar("reading") as show:
        show(1, 3)
        show(2, 4)
        show(4, 4)

    shown = terminal.getvalue()
    assert "reading:  33%" in shown
    assert "1/3" in shown
    assert "2/4" in shown
    assert "reading: 100%" in shown


def test_nothing_to_do_draws_no_bar(begin):
    terminal = begin()

    with progress.bar("reading") as show:
        assert show is not None

    assert terminal.getvalue() == ""


def test_a_log_line_does_not_run_into_the_bar(begin):
    terminal = begin()

    with progress.bar("reading") as show:
        show(1, 3)
        logging.getLogger("ocrsearch").warning("folder offline")

    [line] = [part for part in terminal.getvalue().split("\n") if "offline" in part]
    assert "reading" in line.split("\r")[1]
    assert line.split("\r")[-1].endswith("folder offline")
    assert "reading" not in line.split("\r")[-1]


def test_what_is_no_terminal_gets_no_bar(begin, monkeypatch):
    begin()
    monkeypatch.setattr(sys, "stderr", io.StringIO())

    with progress.bar("reading") as show:
        assert show is None


def test_programs_that_read_the_log_get_no_bar_even_from_a_terminal(begin):
    begin(as_json=True)

    with progress.bar("reading") as show:
        assert show is None


@pytest.fixture
def drawn(monkeypatch):
    """Progress bars by label: what each was told."""
    told = {}

    class Bar:
        def __init__(self, label):
            self.told = told.setdefault(label, [])

        def __enter__(self):
            return lambda done, total: self.told.append((done, total))

        def __exit__(self, *_):
            pass

    monkeypatch.setattr(progress, "bar", Bar)
    return told


def test_index_and_retry_move_the_bar_photo_by_photo(shell, drawn):
    shell.engine.recognizer.crash_on = {"selene"}
    draw_photo(shell.photos / "a.png", "helios")
    draw_photo(shell.photos / "b.png", "selene")

    result = shell("index", shell.photos, code=6)

    assert drawn["reading"] == [(1, 2), (2, 2)]
    assert "a.png" not in result.stderr
    shell("retry", code=6)
    assert drawn["reading"][2:] == [(1, 1)]


def test_rebuild_moves_the_bar(shell, drawn):
    draw_photo(shell.photos / "a.png", "helios")
    draw_photo(shell.photos / "b.png", "selene")
    draw_photo(shell.photos / "empty.png")
    shell("index", shell.photos)

    shell("rebuild")

    assert drawn["indexing"] == [(3, 3)]


@pytest.mark.thorough
def test_demo_moves_the_bar(shell, drawn, tmp_path):
    from indexer import config

    draw_photo(shell.photos / "a.png", "dijkstra")

    demo.run(config.load, tmp_path / "out", samples=shell.photos)

    assert drawn["reading"] == [(1, 1)]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["01-a.jpg"]


def test_elsewhere_each_photo_is_one_line(shell):
    draw_photo(shell.photos / "a.png", "helios")
    draw_photo(shell.photos / "b.png", "selene")

    lines = shell("index", shell.photos).stderr.splitlines()

    assert ["a.png" in line for line in lines].count(True) == 1
    assert ["b.png" in line for line in lines].count(True) == 1


def test_status_json_names_the_version(shell):
    shell("index", shell.photos)

    assert json.loads(shell("status", "--json").stdout)["version"][0].isdigit()
