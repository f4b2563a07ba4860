from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import psutil
import pytest

from indexer.daemon import battery
from indexer.sync.progress_file import Reporter, WriterState


class Battery(NamedTuple):
    power_plugged: bool | None


@pytest.mark.parametrize(
    ("state", "expected"),
    [(None, False), (Battery(None), False), (Battery(True), False), (Battery(False), True)],
)
def test_only_a_battery_without_its_plug_counts(monkeypatch, state, expected):
    monkeypatch.setattr(psutil, "sensors_battery", lambda: state, raising=False)

    assert battery.on_battery() is expected


@pytest.mark.parametrize("error", [AttributeError, OSError])
def test_a_system_that_tells_nothing_of_batteries_has_none(monkeypatch, error):
    def fail():
        raise error

    monkeypatch.setattr(psutil, "sensors_battery", fail, raising=False)

    assert battery.on_battery() is False


class Clock:
    """Seconds that only sleeping moves."""

    now = 0.0

    def sleep(self, seconds):
        self.now += seconds


@pytest.fixture
def pause(settings, tmp_path):
    """Pause on battery, or not; returns the seconds that were waited, and the state reported."""

    def run(*, wanted=True, stopped=False):
        clock, reporter = Clock(), Reporter(tmp_path / "progress.json")
        chosen = replace(settings, pause_on_battery=wanted)
        battery.pause_on_battery(chosen, reporter, lambda: stopped, clock.sleep)
        return clock.now, reporter._progress and reporter._progress.state

    return run


def test_on_battery_the_daemon_waits_for_the_plug_and_says_so(pause, monkeypatch):
    on_battery = iter([True, True, False])
    monkeypatch.setattr(battery, "on_battery", lambda: next(on_battery))

    assert pause() == (2 * battery.BATTERY_SECONDS, WriterState.ON_BATTERY)


def test_a_pause_on_battery_ends_when_the_daemon_is_told_to_stop(pause, monkeypatch):
    monkeypatch.setattr(battery, "on_battery", lambda: True)

    assert pause(stopped=True) == (0, None)


def test_unless_asked_for_the_battery_does_not_matter(pause, monkeypatch):
    monkeypatch.setattr(battery, "on_battery", lambda: True)

    assert pause(wanted=False) == (0, None)
