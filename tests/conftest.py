"""What all tests share: one thread, so that the machine is shared fairly; a cache folder of their own;
printable reports.

In an installation without the extra `train`, tests that need it are skipped, and that is said.
"""

from __future__ import annotations

import gc
import os
import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

IN_MEMORY = Path("/dev/shm")
"""A file system in memory: databases that are written through to a disk take half of the time there."""

ROOM = 4 << 30
"""Bytes that must be free in it."""


def temporary_root() -> str | None:
    """Where tests make their folders, for a user who chose no other place; None for the usual one."""
    if IN_MEMORY.is_dir() and shutil.disk_usage(IN_MEMORY).free > ROOM:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(IN_MEMORY))
    return os.environ.get("PYTEST_DEBUG_TEMPROOT")


temporary_root()

os.environ["OMP_NUM_THREADS"] = "1"  # before torch and ONNX Runtime are loaded, here or in a child

LACKING = [name for name in ("torch", "cv2", "wordfreq") if find_spec(name) is None]
"""Packages of the extra `train` that are not installed."""

OF_TRAINING = ("recognizer", "detector_stub")
"""Folders whose tests share networks in torch."""

collect_ignore = list(OF_TRAINING) if LACKING else []


_REASON = f"needs {', '.join(LACKING)}, which `make install` brings"


def _lacks_an_extra(report: pytest.TestReport | pytest.CollectReport) -> bool:
    said = str(report.longrepr)
    return bool(
        LACKING and report.failed and ("ModuleNotFoundError" in said or "the extra" in said)
    )


def pytest_collection_finish() -> None:
    """Let the garbage collector pass over what was imported and collected: it all stays."""
    gc.collect()
    gc.freeze()


def pytest_report_header() -> str | None:
    """Say which tests are skipped, and why."""
    if not LACKING:
        return None
    folders = ", ".join(f"tests/{name}" for name in OF_TRAINING)
    return (
        f"without {', '.join(LACKING)}: {folders} and other tests of training are SKIPPED; "
        "`make install` brings what they need"
    )


@pytest.fixture(autouse=True, scope="session")
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Generator[None]:
    """Let programs that tests start share compiled lists and models, but not those of the user."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Skip modules that import what is lacking."""
    report = yield
    if _lacks_an_extra(report):
        report.outcome = "skipped"
        report.longrepr = (str(collector.path), 0, _REASON)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Skip what asks for an extra that is lacking.

    Let reports pass from one process of pytest-xdist to another: file names may be no UTF-8.
    """
    report = yield
    if _lacks_an_extra(report):
        report.outcome = "skipped"
        report.longrepr = (str(item.path), 0, _REASON)
    report.sections = [
        (title, text.encode(errors="backslashreplace").decode()) for title, text in report.sections
    ]
    return report
