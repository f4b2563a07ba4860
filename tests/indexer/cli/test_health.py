from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from indexer import bootstrap, config
from indexer.cli.health import LOOKING_SECONDS, SLACK_SECONDS, health
from indexer.ocr.protocols import Failed
from indexer.sync.hooks import Step
from indexer.sync.progress_file import Reporter, WriterState

from ..conftest import draw_photo

NOW = 10_000.0
READING_LIMIT = 120 + SLACK_SECONDS


@pytest.fixture
def settings(shell):
    """Settings of a home in which one photo is read."""
    draw_photo(shell.photos / "a.png", "helios")
    shell("index", shell.photos)
    return config.load(None, home=shell.folder / "home")


def reporter(settings, seconds_ago):
    return Reporter(settings.progress, lambda: NOW - seconds_ago)


def read_one(settings, seconds_ago):
    reporter(settings, seconds_ago).photo(Step(Path("/a.jpg"), 1, 9, Failed("damaged"), 1.0))


@pytest.mark.thorough
def test_a_home_without_a_writer_is_healthy(shell, settings):
    assert shell("health").stdout == "healthy\n"
    assert json.loads(shell("health", "--json").stdout) == {
        "healthy": True,
        "problem": None,
        "silent_seconds": None,
        "writer": None,
    }


def test_a_home_in_which_nothing_is_indexed_is_not(shell):
    assert "nothing is indexed yet; run: ocrsearch index FOLDER" in shell("health", code=4).stderr


def test_a_watched_folder_without_a_photo_is_healthy(shell):
    shell("index", shell.photos)

    assert shell("health").stdout == "healthy\n"


def test_a_damaged_catalog_is_named(shell, settings):
    (settings.home / "catalog.db").write_bytes(b"no database" * 500)

    assert "catalog.db" in shell("health", code=4).stderr


def test_the_reason_is_in_the_json_as_well(shell):
    result = shell("health", "--json", code=4)

    report = json.loads(result.stdout)
    assert not report["healthy"]
    assert report["problem"] in result.stderr


def test_a_home_that_others_can_write_to_is_a_wrong_setting(shell, settings):
    settings.home.chmod(0o777)

    assert "others can write" in shell("health", code=3).stderr


def test_a_writer_that_read_a_photo_lately_is_healthy(settings):
    read_one(settings, READING_LIMIT)

    report = health(settings, NOW)

    assert report["healthy"]
    assert report["silent_seconds"] == READING_LIMIT
    assert (report["writer"]["pid"], report["writer"]["done"]) == (os.getpid(), 1)


def test_a_reading_process_without_a_sign_of_life_is_not(settings):
    read_one(settings, READING_LIMIT + 1)

    report = health(settings, NOW)

    assert f"process {os.getpid()} has given no sign of life for 181 seconds" in report["problem"]


def test_a_hung_writer_ends_the_command_with_the_exit_code(shell, settings):
    late = Reporter(settings.progress, lambda: time.monotonic() - LOOKING_SECONDS - 10)
    late.state(WriterState.LOOKING)

    assert "no sign of life" in shell("health", code=4).stderr


def test_a_longer_time_for_a_photo_is_granted_here_too(settings):
    read_one(settings, 900)

    assert health(replace(settings, photo_seconds=1000.0), NOW)["healthy"]


@pytest.mark.parametrize(("seconds", "healthy"), [(LOOKING_SECONDS, True), (3601, False)])
def test_comparing_many_folders_may_take_an_hour(settings, seconds, healthy):
    reporter(settings, seconds).state(WriterState.LOOKING)

    assert health(settings, NOW)["healthy"] == healthy


@pytest.mark.parametrize("state", [WriterState.WAITING, WriterState.ON_BATTERY])
def test_a_writer_that_has_nothing_to_do_may_be_silent(settings, state):
    reporter(settings, 9_999).state(state)

    assert health(settings, NOW)["healthy"]
    assert health(settings, NOW)["silent_seconds"] is None


def test_a_writer_of_an_earlier_version_is_trusted(settings):
    read_one(settings, 0)
    told = json.loads(settings.progress.read_text())
    del told["beat"]
    settings.progress.write_text(json.dumps(told))

    assert health(settings, NOW)["healthy"]


def test_what_a_dead_writer_left_is_no_fault(settings):
    read_one(settings, 5_000)
    told = json.loads(settings.progress.read_text())
    settings.progress.write_text(json.dumps(told | {"born": told["born"] - 1000}))

    assert health(settings, NOW)["healthy"]


@pytest.fixture
def halted(settings):
    """Number of a process that waits for photos, as it says, but is stopped."""
    process = subprocess.Popen(["sleep", "1000"])
    Reporter(settings.progress).state(WriterState.WAITING)
    told = json.loads(settings.progress.read_text())
    born = psutil.Process(process.pid).create_time()
    settings.progress.write_text(json.dumps(told | {"pid": process.pid, "born": born}))
    process.send_signal(signal.SIGSTOP)
    os.waitpid(process.pid, os.WUNTRACED)
    yield process.pid
    process.kill()
    process.wait()


def test_a_writer_that_is_stopped_is_not_healthy_even_if_it_has_nothing_to_do(settings, halted):
    assert health(settings, NOW)["problem"] == (
        f"process {halted} is halted (stopped); continue it, or end it and start it again"
    )


def test_a_writer_that_goes_on_is_healthy_again(settings, halted):
    os.kill(halted, signal.SIGCONT)
    os.waitpid(halted, os.WCONTINUED)

    assert health(settings, NOW)["healthy"]


def test_a_writer_that_just_runs_keeps_its_lock(shell, settings):
    with bootstrap.writing(settings, None):
        shell("health")
        assert "is writing" in shell("index", code=4).stderr
