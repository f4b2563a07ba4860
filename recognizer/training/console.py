"""What a training tells while it runs: a line that renews itself, a line for each evaluation."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

RECENT = 100
"""Steps over which speed and loss are averaged."""

ON_TERMINAL, ELSEWHERE = 0.5, 30.0
"""Seconds between two lines: where a line replaces the last one, and where it stays."""


@dataclass(frozen=True)
class Step:
    """A training step that was taken.

    Attributes:
        number: steps taken so far.
        progress: share 0..1 of the run that is done.
        words: seen so far.
        elapsed: seconds of training so far, evaluations not counted.
        loss: of this step; not finite if nothing could be learned from it.

    """

    number: int
    progress: float
    words: int
    elapsed: float
    loss: float


def unwatched(step: Step) -> None:
    """Do nothing: nobody follows the steps."""
    del step


class Live:
    """Keeps whoever waits informed; all that a training says goes through it."""

    def __init__(
        self,
        write: Callable[[str], None],
        clock: Callable[[], float],
        columns: Callable[[], int] | None,
    ) -> None:
        """Tell through `write`.

        Args:
            write: shows text as it is, line ends included.
            clock: seconds; when it is time for the next line.
            columns: characters of a line of the terminal; None if there is none, and every line
                stays.

        """
        self._write, self._clock, self._columns = write, clock, columns
        self._pause = ELSEWHERE if columns is None else ON_TERMINAL
        self._told = clock()
        self._shown = 0
        self._recent: deque[Step] = deque(maxlen=RECENT)
        self._cer: float | None = None

    def watch(self, step: Step) -> None:
        """Hear of a step; tell if it is time."""
        self._recent.append(step)
        now = self._clock()
        if now - self._told < self._pause:
            return
        self._told = now
        if self._columns is None:
            self.say(self._line())
        else:
            self._renew(self._line()[: self._columns() - 1])

    def report(self, row: dict[str, float]) -> None:
        """Tell of an evaluation."""
        self._cer = row["cer"]
        self.say(
            f"{row['progress']:4.0%}  step {row['step']}  loss {row['loss']:.3f}  "
            f"CER {row['cer']:.4f}  {row['words_per_second']:.0f} words/s  "
            f"{left(row['seconds_left'])}{_lost(row)}".rstrip()
        )

    def say(self, line: str) -> None:
        """Tell something that stays."""
        self.close()
        self._write(line + "\n")

    def close(self) -> None:
        """Take back what would have been renewed."""
        if self._shown:
            self._renew("")
            self._write("\r")

    def _renew(self, line: str) -> None:
        # spaces over the last line rather than a control sequence, which not every terminal knows
        self._write("\r" + line.ljust(self._shown))
        self._shown = len(line)

    def _line(self) -> str:
        first, last = self._recent[0], self._recent[-1]
        losses = [step.loss for step in self._recent if isfinite(step.loss)]
        loss = sum(losses) / max(1, len(losses))
        seconds = last.elapsed - first.elapsed
        speed = f"{(last.words - first.words) / seconds:.0f}" if seconds else "–"
        cer = "–" if self._cer is None else f"{self._cer:.4f}"
        rest = last.elapsed * (1 / last.progress - 1) if last.progress else 0.0
        return (
            f"{last.progress:4.0%}  step {last.number}  loss {loss:.3f}  CER {cer}  "
            f"{speed} words/s  {left(rest)}".rstrip()
        )


def _lost(row: dict[str, float]) -> str:
    return f"  {row['lost_steps']} steps lost: loss not finite" if row.get("lost_steps") else ""


def left(seconds: float) -> str:
    """Seconds in the unit that people would use; "" if none are left."""
    if seconds < 1:
        return ""
    if seconds < 90:
        return f"{seconds:.0f} s left"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} min left"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes:02} min left"
