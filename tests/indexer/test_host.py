"""Process priority and battery state."""

from __future__ import annotations

import subprocess
import sys
from typing import NamedTuple

import psutil
import pytest

from indexer import host


class Battery(NamedTuple):
    power_plugged: bool | None


@pytest.mark.parametrize(
    ("battery", "expected"),
    [(None, False), (Battery(None), False), (Battery(True), False), (Battery(False), True)],
)
def test_only_a_battery_without_its_plug_counts(monkeypatch, battery, expected):
    monkeypatch.setattr(psutil, "sensors_battery", lambda: battery, raising=False)

    assert host.on_battery() is expected


def test_priorities_are_lowered_as_configured_and_never_raised():
    before = psutil.Process().nice()  # which a child inherits, and cannot undo
    wanted = min(before + 2, 19)
    code = (
        "import psutil; from indexer.host import lower_priority; "
        f"lower_priority({wanted}, idle_io=True); lower_priority({wanted - 1}, idle_io=False); "
        "p = psutil.Process(); print(p.nice(), int(p.ionice()[0]) if psutil.LINUX else 3)"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.split() == [str(wanted), "3"]


def test_a_system_that_refuses_is_only_told_about(monkeypatch, caplog):
    def refuse(*_):
        raise psutil.AccessDenied

    monkeypatch.setattr(psutil.Process, "nice", refuse)

    host.lower_priority(5, idle_io=False)

    assert "cannot lower the priority" in caplog.text


@pytest.mark.parametrize("error", [AttributeError, OSError])
def test_a_system_that_tells_nothing_of_batteries_has_none(monkeypatch, error):
    def fail():
        raise error

    monkeypatch.setattr(psutil, "sensors_battery", fail, raising=False)

    assert host.on_battery() is False


def test_windows_has_classes_of_priority_of_its_own(monkeypatch):
    class Process:
        def nice(self, value):
            asked.append(value)

        ionice = nice

    asked = []
    constants = {"BELOW_NORMAL_PRIORITY_CLASS": "below normal", "IOPRIO_VERYLOW": "very low"}
    systems = {"POSIX": False, "LINUX": False, "WINDOWS": True}
    for name, value in (constants | systems | {"Process": Process}).items():
        monkeypatch.setattr(psutil, name, value, raising=False)

    host.lower_priority(5, idle_io=True)
    host.lower_priority(0, idle_io=False)

    assert asked == ["below normal", "very low"]
