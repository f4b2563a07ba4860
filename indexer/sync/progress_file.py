"""What the writing process is doing, in a small file beside the catalog that others may read."""

from __future__ import annotations

import json
import time
from collections import deque
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from indexer.sync.run import Step

_WINDOW = 50
"""Photos that the rate is measured on."""

_BIRTH_SECONDS = 5.0
"""How exactly the start of a process is known: the clock may have been set since."""


@dataclass(frozen=True)
class Progress:
    """What a writer does.

    Attributes:
        pid: its process.
        born: when that process started, seconds since 1970: numbers are used again.
        state: "reading", "waiting", "looking" (through the folders) or "on battery".
        done: photos that this pass has read or failed to read.
        total: photos that it has to read, as far as is known.
        photo: the last one.
        per_minute: photos a minute lately, 0 while that is unknown.

    """

    pid: int
    born: float
    state: str = ""
    done: int = 0
    total: int = 0
    photo: str = ""
    per_minute: float = 0.0

    @property
    def seconds_left(self) -> float | None:
        """Time until the pass is done; None if unknown."""
        left = self.total - self.done
        return 60 * left / self.per_minute if self.per_minute and left else None


class Reporter:
    """Keeps the file up to date: at once when something else begins, else once a second."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        """Nothing is written before the first call."""
        me = psutil.Process()
        self._path, self._clock = path, clock
        self._progress = Progress(me.pid, me.create_time())
        self._times: deque[float] = deque(maxlen=_WINDOW)
        self._written = float("-inf")

    def photo(self, step: Step) -> None:
        """A photo is done."""
        now = self._clock()
        self._times.append(now)
        spent = now - self._times[0]
        news = self._progress.state != "reading"
        self._progress = replace(
            self._progress,
            state="reading",
            done=step.done,
            total=step.total,
            photo=str(step.path),
            per_minute=60 * (len(self._times) - 1) / spent if spent else 0.0,
        )
        if news or now - self._written >= 1.0:
            self._write()

    def state(self, state: str) -> None:
        """Something else than reading begins; the rate is measured anew after it."""
        if state != self._progress.state:
            self._times.clear()
            self._progress = Progress(self._progress.pid, self._progress.born, state)
            self._write()

    def _write(self) -> None:
        self._written = self._clock()
        part = self._path.with_suffix(".part")
        with suppress(OSError):  # a full disk must not end what this only tells about
            part.write_text(json.dumps(asdict(self._progress)), encoding="ascii")
            part.replace(self._path)


@contextmanager
def reported(path: Path) -> Iterator[Reporter]:
    """A reporter whose file is removed in the end."""
    reporter = Reporter(path)
    reporter.state("looking")
    try:
        yield reporter
    finally:
        path.unlink(missing_ok=True)


def read(path: Path) -> Progress | None:
    """What the writer does now; None if there is none, whatever a dead one left behind."""
    try:
        progress = Progress(**json.loads(path.read_text(encoding="ascii")))
        born = psutil.Process(progress.pid).create_time()
    except (OSError, ValueError, TypeError, psutil.Error):
        return None
    return progress if abs(born - progress.born) < _BIRTH_SECONDS else None
