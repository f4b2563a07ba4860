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
