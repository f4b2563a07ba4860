"""Photos are opened in a subprocess, so that a crash, hang or memory leak cannot take down the caller.

The process is started when the first photo comes, loads the networks once, and is replaced when it
dies or exceeds its limits. Paths go in and readings come out; pixels stay where they are.
"""

from __future__ import annotations

import multiprocessing
import signal
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil

from indexer.errors import EngineError, PhotoError
from indexer.ocr.batch_retry import isolate_faults
from indexer.ocr.messages import LoadFailed, Outcomes, ReadRequest, Reply, Request, Result
from indexer.ocr.protocols import Skipped
from indexer.ocr.worker_process import serve
from indexer.system.places import leave_deleted_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess
    from pathlib import Path

    from indexer.ocr.photo_file import Limits
    from indexer.ocr.protocols import Outcome

START_SECONDS = 300.0
"""Time to load the networks, on the slowest machine with the coldest disk, or photo_seconds."""

POLL_SECONDS = 0.05
"""Time between two checks of a process that is reading: memory cannot grow far meanwhile."""


@dataclass(frozen=True)
class ProcessLimits:
    """What reading may take: seconds a request, and megabytes of the whole process."""

    seconds: float
    megabytes: float


class ProcessDiedError(PhotoError):
    """The reading process ended, or had to be ended; the text gives the reason."""


class Worker:
    """A process that reads or draws photos, started when it is needed."""

    def __init__(self, load: Callable[[], object], limits: ProcessLimits) -> None:
        """`load` loads in the process what requests need there; it must survive pickling."""
        self._load, self._limits = load, limits
        self._running: tuple[SpawnProcess, Connection[Request, Reply]] | None = None

    @property
    def pid(self) -> int | None:
        """The number of the process, None while there is none."""
        return self._running[0].pid if self._running else None

    def read(
        self, paths: Sequence[Path], limits: Limits, stop: Callable[[], bool]
    ) -> list[Outcome]:
        """The outcome of each photo; Skipped for all that are left once `stop` is set.

        Raises:
            EngineError: detector or recogniser cannot start.

        """

        def request(some: Sequence[Path]) -> list[Outcome]:
            answer = self.ask(ReadRequest(some, limits), stop)
            return answer.outcomes if isinstance(answer, Outcomes) else [Skipped()] * len(some)

        return isolate_faults(request, paths, ProcessDiedError)

    def close(self) -> None:
        """End the process, whatever it is doing: there is nothing in it to lose."""
        if self._running:
            process, connection = self._running
            process.kill()
            process.join()
            connection.close()
        self._running = None

    def ask(self, request: Request, stop: Callable[[], bool]) -> Result | None:
        """The answer of a process that is ready; None if stopped.

        Raises:
            EngineError: the process cannot load what it needs.
            ProcessDiedError: it ended over the request, or exceeded its limits.

        """
        if self._running and not self._running[0].is_alive():
            self.close()  # it ended while it had nothing to do
        if not self._running and not self._start(stop):
            return None
        reply = self._reply(self._limits.seconds, stop, request)
        return reply if isinstance(reply, Result) else None

    def _start(self, stop: Callable[[], bool]) -> bool:
        """Start a process and wait until it has loaded the networks; False if stopped."""
        leave_deleted_folder()  # `watch` may run for months after its folder is gone
        spawn = multiprocessing.get_context("spawn")
        ours, theirs = spawn.Pipe()
        arguments = (theirs, self._load, self._limits.seconds)
        process = spawn.Process(target=serve, args=arguments, daemon=True)
        with _interrupts_ignored():
            process.start()
        theirs.close()
        self._running = process, ours
        try:
            reply = self._reply(max(START_SECONDS, self._limits.seconds), stop)
        except ProcessDiedError as error:
            msg = f"the reading process cannot load the weights: it {error}"
            raise EngineError(msg) from error
        if isinstance(reply, LoadFailed):
            self.close()
            raise EngineError(reply.reason)
        return reply is not None

    def _reply(
        self, seconds: float, stop: Callable[[], bool], request: Request | None = None
    ) -> Reply | None:
        """The next message of the process; None if stopped.

        Raises:
            ProcessDiedError: it ended, or exceeded its limits.

        """
        assert self._running  # noqa: S101 - for mypy; both callers have seen to it
        process, connection = self._running
        end = time.monotonic() + seconds
        try:
            if request is not None:
                connection.send(request)
            while not connection.poll(POLL_SECONDS):
                if stop():
                    self.close()
                    return None
                self._check(process, end)
            return connection.recv()
        except ProcessDiedError:
            self.close()
            raise
        except Exception as error:  # half an answer can be anything
            process.join(1)
            code = process.exitcode
            self.close()
            if code == -signal.SIGTERM:  # with the whole program, or by hand: no fault of a photo
                return None
            raise ProcessDiedError(_cause(code)) from error

    def _check(self, process: SpawnProcess, end: float) -> None:
        exceeded = None
        if time.monotonic() > end:
            exceeded = f"longer than photo_seconds = {self._limits.seconds:g}"
        elif _megabytes(process.pid) > self._limits.megabytes:
            exceeded = f"more memory than worker_megabytes = {self._limits.megabytes:g}"
        if exceeded:
            msg = f"took {exceeded}; raise it if this is right"
            raise ProcessDiedError(msg)


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
    """Let a process that starts here inherit that Ctrl-C, which goes to all, is ignored."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
