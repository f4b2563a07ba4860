from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from indexer.ocr.protocols import Failed
from indexer.sync import progress_file
from indexer.sync.hooks import Step
from indexer.sync.progress_file import Reporter, WriterState


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def file(tmp_path):
    return tmp_path / "progress.json"


def read_photos(reporter, clock, count, *, seconds=2.0, total=100):
    for number in range(count):
        reporter.photo(Step(Path(f"/{number}.jpg"), number + 1, total, Failed("damaged"), seconds))
        clock.now += seconds


def test_another_process_learns_how_far_it_is_and_how_long_it_takes(file, clock):
    read_photos(Reporter(file, clock), clock, 10)

    doing = progress_file.read(file)

    assert (doing.pid, doing.state, doing.done, doing.total) == (os.getpid(), "reading", 10, 100)
    assert doing.photo == "/9.jpg"
    assert doing.per_minute == pytest.approx(30)
    assert doing.seconds_left == pytest.approx(90 * 2)


def test_the_rate_follows_the_last_photos(file, clock):
    reporter = Reporter(file, clock)
    read_photos(reporter, clock, 60, seconds=1)
    read_photos(reporter, clock, 60, seconds=6)

    assert progress_file.read(file).per_minute == pytest.approx(10)


def test_the_file_is_written_once_a_second_and_not_for_every_photo(file, clock, monkeypatch):
    writes = []
    monkeypatch.setattr(Path, "replace", lambda *_: writes.append(clock.now))

    read_photos(Reporter(file, clock), clock, 50, seconds=0.25)

    assert len(writes) == 13


def test_waiting_is_told_without_the_figures_of_the_last_pass(file, clock):
    reporter = Reporter(file, clock)
    read_photos(reporter, clock, 3)
    reporter.state(WriterState.WAITING)

    doing = progress_file.read(file)

    assert (doing.state, doing.done, doing.per_minute) == ("waiting", 0, 0)
    assert doing.seconds_left is None


def test_what_a_dead_process_left_is_not_believed(file, clock):
    Reporter(file, clock).state(WriterState.WAITING)
    told = json.loads(file.read_text())

    file.write_text(json.dumps(told | {"born": told["born"] - 1000}))
    assert progress_file.read(file) is None
    file.write_text(json.dumps(told | {"pid": 2**22 + 1}))
    assert progress_file.read(file) is None


@pytest.mark.parametrize(("apart", "believed"), [(4, True), (5, False), (-4, True), (-5, False)])
def test_a_process_that_started_five_seconds_apart_is_another_one(file, clock, apart, believed):
    Reporter(file, clock).state(WriterState.WAITING)
    told = json.loads(file.read_text())
    born = round(told["born"])
    file.write_text(json.dumps(told | {"born": born}))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("psutil.Process.create_time", lambda _: float(born + apart))
        doing = progress_file.read(file)

    assert (doing is not None) == believed


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": 1}', '{"of a newer": "version"}'])
def test_a_damaged_file_tells_nothing(file, content):
    file.write_text(content)

    assert progress_file.read(file) is None


def test_a_full_disk_does_not_end_what_is_reported(file, clock, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)

    Reporter(file, clock).state(WriterState.WAITING)


def test_nothing_is_left_in_the_end(file):
    with progress_file.reported(file) as reporter:
        reporter.state(WriterState.WAITING)
        assert file.exists()

    assert not file.exists()


def test_a_file_that_somebody_removed_is_not_missed(file):
    with progress_file.reported(file):
        file.unlink()


def test_a_long_photo_gives_a_sign_of_life_every_ten_seconds(file, clock):
    reporter = Reporter(file, clock)
    read_photos(reporter, clock, 1, seconds=9.0)
    reporter.alive()
    assert progress_file.read(file).silence(clock.now) == 9

    clock.now += 1
    reporter.alive()

    doing = progress_file.read(file)
    assert (doing.silence(clock.now), doing.done, doing.state) == (0, 1, "reading")


def test_a_sign_of_life_does_not_change_the_rate(file, clock):
    reporter = Reporter(file, clock)
    read_photos(reporter, clock, 10)
    clock.now += 100
    reporter.alive()

    assert progress_file.read(file).per_minute == pytest.approx(30)


@pytest.mark.parametrize("state", [WriterState.WAITING, WriterState.ON_BATTERY])
def test_nothing_is_written_while_there_is_nothing_to_do(file, clock, state):
    reporter = Reporter(file, clock)
    reporter.state(state)
    file.unlink()
    clock.now += 1000
    reporter.alive()

    assert not file.exists()


def test_a_sign_of_life_before_there_is_a_state_is_none(file, clock):
    Reporter(file, clock).alive()

    assert not file.exists()


def test_the_rate_is_known_after_the_run(file, clock):
    with progress_file.reported(file) as reporter:
        reporter._clock = clock
        read_photos(reporter, clock, 10)

    assert not file.exists()
    assert progress_file.last_rate(file) == pytest.approx(30)


def test_a_few_photos_say_nothing_of_the_rate(file, clock):
    with progress_file.reported(file) as reporter:
        reporter._clock = clock
        read_photos(reporter, clock, 4)

    assert progress_file.last_rate(file) == 0
