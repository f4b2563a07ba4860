"""Trials: the tests run on a copy of the tree, each run in a process that has torch loaded."""

from __future__ import annotations

import compileall
import multiprocessing
import os
import shutil
import signal
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from multiprocessing.connection import Connection

PRELOADED = (
    "numpy", "torch", "torchvision", "cv2", "PIL.Image", "PIL.ImageDraw", "sqlalchemy.dialects.sqlite",
    "alembic.command", "alembic.config", "whoosh.index", "whoosh.qparser", "onnxruntime", "onnx", "click",
    "pydantic", "watchdog.observers", "matplotlib.figure", "rapidfuzz", "safetensors.numpy",
)  # fmt: skip
"""What takes long to import and is no part of this project: each run starts from a fork with it."""

MAX_BYTES = 4 << 30
"""Memory of the processes of one run; a mutant that takes more is ended."""

_LOOK_SECONDS = 0.25
_LEFT_OUT = (".git", ".venv", "*_cache", "*.egg-info")


@dataclass
class Outcome:
    """One run of tests: the first that failed, if any, and the seconds of each that ran."""

    killer: str | None = None
    seconds: dict[str, float] = field(default_factory=dict)


class Recorder:
    """A pytest plugin that fills in an Outcome."""

    def __init__(self) -> None:
        self.outcome = Outcome()

    def pytest_runtest_logreport(self, report: Any) -> None:
        seconds = self.outcome.seconds
        seconds[report.nodeid] = seconds.get(report.nodeid, 0.0) + report.duration
        self._failed(report, report.nodeid)

    def pytest_collectreport(self, report: Any) -> None:
        self._failed(report, f"{report.nodeid}, which cannot be collected")

    def _failed(self, report: Any, name: str) -> None:
        if report.failed and self.outcome.killer is None:
            self.outcome.killer = name


class Copies:
    """Copies of a tree, one for each run at a time, and the processes that run its tests."""

    def __init__(self, root: Path, folder: Path, jobs: int) -> None:
        """Copy `root` into `folder` so many times; its tests are compiled once for all."""
        os.environ |= {"OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(list(PRELOADED))
        first = folder / "0"
        shutil.copytree(root, first, ignore=shutil.ignore_patterns(*_LEFT_OUT))
        compileall.compile_dir(first, quiet=2)
        self.run(first, ["tests", "--collect-only"], 600.0, write_bytecode=True)
        self.paths = [first, *(folder / str(number) for number in range(1, jobs))]
        for other in self.paths[1:]:
            shutil.copytree(first, other)

    def run(
        self, tree: Path, arguments: Sequence[str], limit: float, *, write_bytecode: bool = False
    ) -> Outcome:
        """Run tests on a copy; what takes longer than `limit` seconds or too much memory is ended."""
        ours, theirs = self._context.Pipe()
        process = self._context.Process(
            target=_run_pytest, args=(tree, list(arguments), theirs, write_bytecode)
        )
        process.start()
        theirs.close()
        try:
            return _answer(ours, process.pid, limit)
        finally:
            _end(process.pid)
            process.join()
            ours.close()


def _answer(connection: Connection[Any, Any], pid: int, limit: float) -> Outcome:
    end = time.monotonic() + limit
    while not connection.poll(_LOOK_SECONDS):
        if time.monotonic() > end:
            return Outcome(f"a hang: it had not ended after {limit:.0f} s")
        if _memory(pid) > MAX_BYTES:
            return Outcome("its hunger for memory")
    try:
        return Outcome(*connection.recv())
    except EOFError:
        return Outcome("the death of the process that ran the tests")


def _memory(pid: int) -> int:
    total = 0
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        for one in (process, *process.children(recursive=True)):
            with suppress(psutil.Error):
                total += one.memory_info().rss
    return total


def _end(pid: int) -> None:
    """End a run with all that it has started: it leads a group of its own."""
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def _run_pytest(
    tree: Path, arguments: Sequence[str], connection: Connection[Any, Any], write_bytecode: bool
) -> None:
    os.setsid()
    _move_to(tree)
    sys.dont_write_bytecode = not write_bytecode
    import pytest

    recorder = Recorder()
    options = ["-x", "-q", "-p", "no:cacheprovider", f"--basetemp={tree}.tests", "-W",
               "ignore::pytest.PytestAssertRewriteWarning"]  # fmt: skip
    code = pytest.main([*options, *arguments], plugins=[recorder])
    outcome = recorder.outcome
    if outcome.killer is None and code not in {
        pytest.ExitCode.OK,
        pytest.ExitCode.NO_TESTS_COLLECTED,
    }:
        outcome.killer = f"pytest, which ends with {code}"
    connection.send((outcome.killer, outcome.seconds))
    # threads that a mutant has left waiting would keep this process
    os._exit(0)


def _move_to(tree: Path) -> None:
    """Let this process work on a copy: modules, the current folder and what it prints."""
    os.chdir(tree)
    log = os.open(f"{tree}.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(log, stream)
    os.environ["PYTHONPATH"] = str(tree)
    checkout = str(Path(__file__).parents[2])
    sys.path[:] = [str(tree), *(path for path in sys.path if path not in {"", checkout})]
    # the package `tests` of the copy, not that of the program which runs here
    for name in [name for name in sys.modules if name.split(".")[0] == "tests"]:
        del sys.modules[name]


def seconds_of(tests: Sequence[str], seconds: Mapping[str, float]) -> float:
    """What files or folders of tests take together."""
    return sum(
        taken for name, taken in seconds.items() if any(name.startswith(test) for test in tests)
    )
