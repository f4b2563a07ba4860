"""What reads photos can be imported where torch is not installed."""

from __future__ import annotations

import subprocess
import sys

import pytest

BLOCKED = (
    "import sys, pkgutil, importlib\n"
    "sys.modules['torch'] = None\n"
    "package = importlib.import_module({name!r})\n"
    "for found in pkgutil.walk_packages(package.__path__, package.__name__ + '.'):\n"
    "    importlib.import_module(found.name)\n"
)


@pytest.mark.parametrize(
    "package",
    ["recognizer.inference", "recognizer.posteriors", "detector_stub.inference",
     "detector_stub.detectors"],
)  # fmt: skip
def test_a_package_that_reads_needs_no_torch(package):
    done = subprocess.run(
        [sys.executable, "-c", BLOCKED.format(name=package)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr


def test_a_package_that_needs_torch_is_noticed():
    done = subprocess.run(
        [sys.executable, "-c", BLOCKED.format(name="recognizer.network")],
        capture_output=True,
        text=True,
        check=False,
    )

    assert "torch" in done.stderr
