"""Short versions of the fault suite; `make faults` runs the long ones."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from .disk import compiler

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(compiler() is None, reason="no C compiler to make disks fail"),
]


def run(module, *options):
    done = subprocess.run(
        [sys.executable, "-m", f"tests.faults.{module}", *map(str, options)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def test_some_random_operations_with_kills_lose_miss_and_double_nothing():
    said = run("run", "--seed", 3, "--operations", 25, "--kills", 4, "--load", 1)

    assert "kills: 4" in said
    assert "beside a load of 1" in said


def test_corrections_among_readings_and_kills_are_kept_and_undone_to_the_last_byte():
    said = run(
        "run", "--seed", 5, "--operations", 30, "--kills", 4, "--only", "correct,undo,new_engine"
    )

    assert "correct" in said


def test_the_story_ended_at_some_of_its_changes_to_the_disk_comes_to_the_same_state():
    said = run("cuts", "--every", 350, "--seed", 100)

    assert "power cut" in said
