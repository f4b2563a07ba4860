"""Process priority."""

from __future__ import annotations

import subprocess
import sys

import psutil

from indexer.system.process_priority import lower_priority


def test_priorities_are_lowered_as_configured_and_never_raised():
    before = psutil.Process().nice()  # which a child inherits, and cannot undo
    wanted = min(max(before, 0) + 2, 19)
    code = (
        "import psutil; from indexer.system.process_priority import lower_priority; "
        f"lower_priority({wanted}, idle_io=True); lower_priority({wanted - 1}, idle_io=False); "
        "p = psutil.Process(); print(p.nice(), int(p.ionice()[0]) if psutil.LINUX else 3)"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.split() == [str(wanted), "3"]


def test_a_system_that_refuses_is_only_told_about(monkeypatch, caplog):
    def refuse(*_):
        raise psutil.AccessDenied

    monkeypatch.setattr(psutil.Process, "nice", refuse)

    lower_priority(5, idle_io=False)

    assert "cannot lower the priority" in caplog.text


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

    lower_priority(5, idle_io=True)
    lower_priority(0, idle_io=False)

    assert asked == ["below normal", "very low"]
