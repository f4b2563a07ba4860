"""Photos are read in a process of their own, which may crash, hang or eat memory in their stead.

The process is started when the first photo comes, loads the networks once, and is replaced when it
dies or exceeds its bounds. Paths go in and readings come out; pixels stay where they are.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psutil

from indexer.errors import EngineError
from indexer.ocr.batch import one_by_one, read_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess
    from pathlib import Path

    from indexer.ocr.image import Limits
    from indexer.ocr.protocols import EngineParts, Outcome

START_SECONDS = 300.0
"""Time to load the networks, on the slowest machine with the coldest disk, or photo_seconds."""

_LOOK_SECONDS = 0.05
"""Time between two looks at a process that is reading: memory cannot grow far meanwhile."""

_MMAP_THRESHOLD, _LARGE_BLOCK = -3, 4 << 20
"""A parameter of mallopt(3), and bytes."""

_SPARE_SECONDS = 30
"""A process without its parent that is stuck ends itself so long after its time."""


@dataclass(frozen=True)
class ProcessLimits:
    """What reading may take: seconds, and megabytes of the whole process."""

    seconds: float
    megabytes: float


class DiedError(Exception):
    """The reading process ended, or had to be ended; the text says why."""

    exit_code = 6


class Worker:
    """A process that reads photos, there when it is needed."""

    def __init__(self, make: Callable[[], EngineParts], bounds: ProcessLimits) -> None:
        """`make` brings detector and recogniser in the process; it must survive pickling."""
        self._make, self._bounds = make, bounds
        self._running: tuple[SpawnProcess, Connection[Any, Any]] | None = None

    @property
    def pid(self) -> int | None:
        """The number of the process, None while there is none."""
        return self._running[0].pid if self._running else None

    def read(
        self, paths: Sequence[Path], limits: Limits, stop: Callable[[], bool]
    ) -> list[Outcome]:
        """What becomes of each photo; None for all that are left once `stop` says so.

        Raises:
            EngineError: detector or recogniser cannot start.

        """

        def ask(some: Sequence[Path]) -> list[Outcome]:
            answer = self._ask((some, limits), stop)
            return [None] * len(some) if answer is None else answer

        return one_by_one(ask, paths, DiedError)

    def close(self) -> None:
        """End the process, whatever it is doing: there is nothing in it to lose."""
        if self._running:
            process, connection = self._running
            process.kill()
            process.join()
            connection.close()
        self._running = None

    def _ask(self, question: object, stop: Callable[[], bool]) -> list[Outcome] | None:
        """The answer of a process that is ready; None if told to stop."""
        if self._running and not self._running[0].is_alive():
            self.close()  # it ended while it had nothing to do
        if not self._running and not self._start(stop):
            return None
        answer: list[Outcome] | None = self._answer(self._bounds.seconds, stop, question)
        return answer

    def _start(self, stop: Callable[[], bool]) -> bool:
        """Start a process and wait until it has loaded the networks; False if told to stop."""
        spawn = multiprocessing.get_context("spawn")
        ours, theirs = spawn.Pipe()
        arguments = (theirs, self._make, self._bounds.seconds)
        process = spawn.Process(target=_serve, args=arguments, daemon=True)
        with _interrupts_ignored():
            process.start()
        theirs.close()
        self._running = process, ours
        try:
            answer = self._answer(max(START_SECONDS, self._bounds.seconds), stop)
        except DiedError as error:
            msg = f"the reading process cannot load the weights: it {error}"
            raise EngineError(msg) from error
        if isinstance(answer, Exception):
            self.close()
            raise answer
        return answer is not None

    def _answer(self, seconds: float, stop: Callable[[], bool], question: object = None) -> Any:  # noqa: ANN401 - whatever the process sends
        """What the process sends, asked or unasked; None if told to stop."""
        assert self._running  # noqa: S101 - for mypy; both callers have seen to it
        process, connection = self._running
        end = time.monotonic() + seconds
        try:
            if question is not None:
                connection.send(question)
            while not connection.poll(_LOOK_SECONDS):
                if stop():
                    self.close()
                    return None
                self._check(process, end)
            return connection.recv()
        except DiedError:
            self.close()
            raise
        except Exception as error:  # half an answer can be anything
            process.join(1)
            code = process.exitcode
            self.close()
            if code == -signal.SIGTERM:  # with the whole program, or by hand: no fault of a photo
                return None
            raise DiedError(_cause(code)) from error

    def _check(self, process: SpawnProcess, end: float) -> None:
        exceeded = None
        if time.monotonic() > end:
            exceeded = f"longer than photo_seconds = {self._bounds.seconds:g}"
        elif _megabytes(process.pid) > self._bounds.megabytes:
            exceeded = f"more memory than worker_megabytes = {self._bounds.megabytes:g}"
        if exceeded:
            msg = f"took {exceeded}; raise it if this is right"
            raise DiedError(msg)


def _megabytes(pid: int | None) -> float:
    """Memory that a process has in use."""
    try:
        return float(psutil.Process(pid).memory_info().rss / 1e6)
    except psutil.Error:  # it has just ended, which its connection tells
        return 0.0


def _cause(code: int | None) -> str:
    """How a process ended, as a reason why a photo was not read."""
    if code is not None and code < 0:
        return f"crashed the reading process ({signal.Signals(-code).name})"
    return f"ended the reading process (exit code {code})"


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """Ctrl-C in a terminal goes to all processes; a process inherits that it is ignored."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


# in the process ------------------------------------------------------------------------------


def _serve(
    connection: Connection[Any, Any], make: Callable[[], EngineParts], seconds: float
) -> None:
    """Read what comes down the connection until its other end is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _quiet_libraries()
    _return_memory()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        parts = make()
        detector, recognizer = parts.detector, parts.recognizer
    except Exception as error:
        expected = hasattr(error, "exit_code")  # whose message says all
        connection.send(EngineError(str(error) if expected else f"{type(error).__name__}: {error}"))
        return
    connection.send("ready")
    while True:
        try:
            paths, limits = connection.recv()
        except EOFError:
            return
        _alarm(seconds + _SPARE_SECONDS)
        connection.send(read_files(paths, limits, detector, recognizer))
        _alarm(0)


def _quiet_libraries() -> None:
    """Decoders print what they dislike straight to stderr, into the log: ours alone goes there."""
    sys.stderr = os.fdopen(os.dup(2), "w", buffering=1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)


def _return_memory() -> None:
    """Large blocks go back to the system when they are freed, where the C library can be told so.

    Otherwise a huge photo leaves the process huge, and the next one does not fit.
    """
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, _LARGE_BLOCK)


def _end_with_parent() -> None:
    """A parent that was killed closes nothing: without this its child would read on."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _alarm(seconds: float) -> None:
    """Be ended by the system after so long, even where no thread of ours gets its turn."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)
