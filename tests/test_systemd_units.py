"""The systemd units fit the program and systemd itself."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from indexer.cli.commands import main

ROOT = Path(__file__).parent.parent
USER = ROOT / "docs" / "ocrsearch.service"
SYSTEM = ROOT / "packaging" / "systemd" / "ocrsearch-watch@.service"


def values(unit: Path, key: str) -> list[str]:
    """All values of a key of a unit."""
    return re.findall(rf"(?m)^{key}=(.*)$", unit.read_text(encoding="utf-8"))


@pytest.mark.parametrize("unit", [USER, SYSTEM], ids=["user", "system"])
def test_a_unit_starts_watch_with_a_folder(unit, tmp_path):
    [command] = values(unit, "ExecStart")
    program, *arguments = command.split()

    assert program.endswith("/ocrsearch")
    assert arguments[-2] == "watch"
    taken = [str(tmp_path / "home") if "%S" in argument else argument for argument in arguments]
    missing = CliRunner().invoke(main, [*taken[:-1], str(tmp_path / "none")])
    assert "none: no such folder" in missing.stderr


@pytest.mark.parametrize("unit", [USER, SYSTEM], ids=["user", "system"])
@pytest.mark.parametrize(
    ("key", "value"), [("Type", "notify"), ("WatchdogSec", "600"), ("UMask", "0077")]
)
def test_a_unit_expects_the_messages_that_watch_sends_and_keeps_files_private(unit, key, value):
    assert values(unit, key) == [value]


@pytest.mark.parametrize("key", ["ProtectSystem", "ProtectHome", "PrivateNetwork"])
def test_the_system_unit_can_neither_write_photos_nor_reach_a_network(key):
    assert values(SYSTEM, key) == [
        {"ProtectSystem": "strict", "ProtectHome": "read-only", "PrivateNetwork": "yes"}[key]
    ]
    assert values(SYSTEM, "ReadWritePaths") == []


def test_the_user_of_the_system_unit_is_the_one_that_is_made():
    [made] = re.findall(r"(?m)^u (\w+) ", (SYSTEM.parent / "ocrsearch.sysusers").read_text("utf-8"))

    assert values(SYSTEM, "User") == [made]


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
@pytest.mark.parametrize(
    ("unit", "name", "manager"),
    [(USER, "ocrsearch.service", "--user"), (SYSTEM, "ocrsearch-watch@srv-a.service", "--system")],
    ids=["user", "system"],
)
def test_systemd_takes_a_unit_without_a_complaint(unit, name, manager, tmp_path):
    text = re.sub(r"(?m)^ExecStart=\S+", "ExecStart=/bin/true", unit.read_text(encoding="utf-8"))
    (tmp_path / name).write_text(text)

    done = subprocess.run(
        ["systemd-analyze", manager, "verify", "--man=no", tmp_path / name],
        env=os.environ | {"XDG_RUNTIME_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    complaints = [line for line in done.stderr.splitlines() if name in line]
    assert complaints == []
    assert done.returncode == 0, done.stderr
