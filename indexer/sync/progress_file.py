"""The progress file: what the writing process is doing, for other processes to read."""

from __future__ import annotations

import json
import time
from collections import deque
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from indexer.sync.hooks import Step

RATE_WINDOW = 50
"""Photos that the rate is measured on."""

BEAT_SECONDS = 10.0
"""Time between two signs of life while there is something to do, but no photo is done."""

MIN_TIMED = 5
"""Photos of which the rate is kept for later."""

MAX_START_ERROR = 5.0
"""Seconds by which the start of a process may seem to differ: the clock may be set meanwhile."""


class WriterState(StrEnum):
    """What a writing process is doing; `status` shows the value."""

    LOOKING = "looking"
    """Comparing the folders with the catalog."""

    READING = "reading"
    WAITING = "waiting"
    ON_BATTERY = "on battery"


@dataclass(frozen=True)
class Progress:
    """Content of the progress file.

    Attributes:
        pid: number of the writing process.
        born: when that process started, seconds since 1970: numbers are used again.
        state: what it is doing.
        done: photos that this run has read or failed to read.
        total: photos that it has to read, as far as is known.
        photo: the last one.
        per_minute: photos a minute lately, 0 while that is unknown.
        beat: when the process wrote this, in seconds of the clock of the machine that counts from
            its start; None from an earlier version.

    """

    pid: int
    born: float
    state: WriterState
    done: int = 0
    total: int = 0
    photo: str = ""
    per_minute: float = 0.0
    beat: float | None = None

    @property
    def seconds_left(self) -> float | None:
        """Time until the run is done; None if unknown."""
        left = self.total - self.done
        return 60 * left / self.per_minute if self.per_minute and left else None

    def silence(self, now: float) -> float | None:
        """Seconds without a sign of life until `now`; None if it is waiting, or unknown.

        `now` is of the clock of `beat`. A process that waits gives no signs, so that disks can rest.
        """
        waits = self.state in {WriterState.WAITING, WriterState.ON_BATTERY}
        return None if waits or self.beat is None else max(0.0, now - self.beat)


class Reporter:
    """Keeps the file up to date: at once when the state changes, else once a second."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        """Report to `path`; nothing is written before the first call."""
        process = psutil.Process()
        self._pid, self._born = process.pid, process.create_time()
        self._path, self._clock = path, clock
        self._progress: Progress | None = None
        self._times: deque[float] = deque(maxlen=RATE_WINDOW)
        self._written = float("-inf")

    def photo(self, step: Step) -> None:
        """Report that a photo is done."""
        now = self._clock()
        self._times.append(now)
        spent = now - self._times[0]
        changed = self._progress is None or self._progress.state is not WriterState.READING
        self._progress = Progress(
            self._pid,
            self._born,
            WriterState.READING,
            step.done,
            step.total,
            str(step.path),
            per_minute=60 * (len(self._times) - 1) / spent if spent else 0.0,
        )
        if changed or now - self._written >= 1.0:
            self._write(self._progress)

    def state(self, state: WriterState) -> None:
        """Report that something else than reading begins; the rate is measured anew after it."""
        if self._progress is None or self._progress.state is not state:
            self.keep_rate()
            self._times.clear()
            self._progress = Progress(self._pid, self._born, state)
            self._write(self._progress)

    def keep_rate(self) -> None:
        """Keep the rate for `last_rate`, if enough photos were read."""
        if self._progress and len(self._times) >= MIN_TIMED:
            with suppress(OSError):
                _rate_file(self._path).write_text(f"{self._progress.per_minute}\n", "ascii")

    def alive(self) -> None:
        """Give a sign of life if it is time for one; called all the time while there is work."""
        if (
            self._progress
            and self._progress.silence(self._clock()) is not None
            and self._clock() - self._written >= BEAT_SECONDS
        ):
            self._write(self._progress)

    def _write(self, progress: Progress) -> None:
        self._written = self._clock()
        self._progress = progress = replace(progress, beat=self._written)
        part = self._path.with_suffix(".part")
        with suppress(OSError):  # a full disk must not end what is only reported here
            part.write_text(json.dumps(asdict(progress)), encoding="ascii")
            part.replace(self._path)


@contextmanager
def reported(path: Path) -> Iterator[Reporter]:
    """A reporter whose file is removed in the end."""
    reporter = Reporter(path)
    reporter.state(WriterState.LOOKING)
    try:
        yield reporter
    finally:
        reporter.keep_rate()
        path.unlink(missing_ok=True)


def last_rate(path: Path) -> float:
    """Photos a minute that the last writer read which reported to `path`; 0 if unknown."""
    try:
        return max(0.0, float(_rate_file(path).read_text(encoding="ascii")))
    except (OSError, ValueError):
        return 0.0


def _rate_file(path: Path) -> Path:
    return path.with_suffix(".rate")


def read(path: Path) -> Progress | None:
    """Progress of the running writer; None if none runs, even if the file of a dead one is left."""
    try:
        content = Progress(**json.loads(path.read_text(encoding="ascii")))
        progress = replace(content, state=WriterState(content.state))
        born = psutil.Process(progress.pid).create_time()
    except (OSError, ValueError, TypeError, psutil.Error):
        return None
    return progress if abs(born - progress.born) < MAX_START_ERROR else None
