"""Progress of a run on stderr: a line that renews itself, and a line for each evaluation."""

from __future__ import annotations

import shutil
import sys
import time
from collections import deque
from contextlib import contextmanager
from math import isfinite
from typing import TYPE_CHECKING

from tqdm import tqdm

from recognizer.files.printable import printable
from recognizer.runs.schedule import seconds_left

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import TextIO

    from recognizer.runs.metrics import Row
    from recognizer.runs.state import Step

RECENT = 100
"""Steps over which speed and loss are averaged."""

TERMINAL_PAUSE = 0.5
"""Seconds between two states of the line on a terminal."""

PLAIN_PAUSE = 30.0
"""Seconds between two lines elsewhere, where each line stays."""


class _Line(tqdm):  # type: ignore[misc]  # tqdm has no types
    """A line of text that renews itself; tqdm clears it for lines that stay."""

    monitor_interval = 0
    """No thread: the line is renewed when its text changes."""


class Console:
    """Shows the progress of a run; all output of the run goes through it."""

    def __init__(
        self,
        items: str,
        scores: Callable[[Row], str],
        file: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
        columns: Callable[[], int] = lambda: shutil.get_terminal_size().columns,
    ) -> None:
        """Report on `file`.

        Args:
            items: name of what the network is shown, for example "words".
            scores: of an evaluation, as they are to be shown.
            file: written to (default: stderr).
            clock: seconds; when it is time for the next line.
            columns: characters of a line of the terminal.

        """
        self._items, self._scores = items, scores
        self._file = sys.stderr if file is None else file
        self._clock, self._columns = clock, columns
        self._terminal = self._file.isatty()
        self._pause = TERMINAL_PAUSE if self._terminal else PLAIN_PAUSE
        self._last = clock()
        self._line: _Line | None = None
        self._recent: deque[Step] = deque(maxlen=RECENT)
        self._latest = ""

    def watch(self, step: Step) -> None:
        """Note a step; show it if it is time."""
        self._recent.append(step)
        self._show(self._text)

    def report(self, row: Row) -> None:
        """Show an evaluation; the line stays."""
        self._latest = self._scores(row)
        self.say(
            _joined(
                f"{row['progress']:4.0%}",
                f"step {row['step']}",
                f"loss {row['loss']:.3f}",
                f"{_speed(row[f'{self._items}_per_second'])} {self._items}/s",
                time_left(row["seconds_left"]),
                self._latest,
                f"{row['lost_steps']} steps skipped: loss not finite" if row["lost_steps"] else "",
            )
        )

    def say(self, line: str) -> None:
        """Show a line that stays."""
        line = printable(line)
        if self._line is None:
            self._file.write(line + "\n")
            self._file.flush()
        else:
            self._line.write(line, file=self._file)

    @contextmanager
    def counting(self, total: int, what: str) -> Iterator[Callable[[int], None]]:
        """Show how many of `total` are done; yields a function to call with that number."""
        yield lambda done: self._show(lambda: f"{what}: {done} of {total}")
        self.close()

    def close(self) -> None:
        """Take the line back that renews itself."""
        if self._line is not None:
            self._line.close()
            self._line = None

    def _show(self, text: Callable[[], str]) -> None:
        now = self._clock()
        if now - self._last < self._pause:
            return
        self._last = now
        if not self._terminal:
            self.say(text())
            return
        # the last column stays free, because some terminals begin a new line after it
        line = text()[: self._columns() - 1]
        if self._line is None:
            # nrows, because tqdm shows nothing on a terminal that does not know its size
            self._line = _Line(
                bar_format="{desc}", desc=line, file=self._file, leave=False, nrows=20
            )
        else:
            self._line.set_description_str(line)

    def _text(self) -> str:
        first, last = self._recent[0], self._recent[-1]
        losses = [step.loss for step in self._recent if isfinite(step.loss)]
        seconds = last.elapsed - first.elapsed
        return _joined(
            f"{last.progress:4.0%}",
            f"step {last.number}",
            f"loss {sum(losses) / max(1, len(losses)):.3f}",
            f"{_speed((last.items - first.items) / seconds) if seconds else '–'} {self._items}/s",
            time_left(seconds_left(last.elapsed, last.progress)),
            self._latest,
        )


def result(folder: Path, score: str, best: float) -> str:
    """The last line of a run: its `best` score, or how to go on if it is infinite."""
    if not isfinite(best):
        return printable(
            f"{folder}: nothing measured yet, because no step was taken; go on with --resume {folder}"
        )
    return f"{printable(folder)}: best {score} {best:.4f}"


def _speed(speed: float) -> str:
    """Items a second, with a decimal if they are few."""
    return f"{speed:.0f}" if speed >= 10 else f"{speed:.1f}"


def _joined(*parts: str) -> str:
    return "  ".join(part for part in parts if part)


def time_left(seconds: float) -> str:
    """Seconds in the unit that people would use; "" if none are left."""
    if seconds < 1:
        return ""
    if seconds < 90:
        return f"{seconds:.0f} s left"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} min left"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes:02} min left"
