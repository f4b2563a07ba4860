"""What the detector's training tells while it runs: a line a step, a line an evaluation."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    Row = dict[str, float]

ON_TERMINAL, ELSEWHERE = 0.5, 30.0
"""Seconds between two lines: where a line replaces the last one, and where it stays."""

RECENT = 0.98
"""Share of the shown loss that a step leaves as it was: about fifty steps are averaged."""


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
        self._told = clock()
        self._loss: float | None = None
        self._shown = 0

    def watch(self, row: Row) -> None:
        """Hear of a step; tell if it is time."""
        before = row["loss"] if self._loss is None else self._loss
        self._loss = RECENT * before + (1 - RECENT) * row["loss"]
        now = self._clock()
        if now - self._told < (ELSEWHERE if self._columns is None else ON_TERMINAL):
            return
        self._told = now
        line = _line(row | {"loss": self._loss})
        if self._columns is None:
            self.say(line)
        else:
            self._renew(line[: self._columns() - 1])

    def report(self, row: Row) -> None:
        """Tell of an evaluation."""
        self.say(
            f"{_line(row)}  F1 {row['f1_50']:.4f} (recall {row['recall_50']:.4f}, precision "
            f"{row['precision_50']:.4f})  word hit {row['word_hit']:.4f}"
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


def _line(row: Row) -> str:
    minutes = row["seconds_left"] / 60
    left = f"{minutes:.0f} min left" if minutes >= 2 else f"{row['seconds_left']:.0f} s left"
    speed = row["crops"] / max(1e-9, row["seconds"])
    return (
        f"{row['progress']:4.0%}  step {row['step']}  loss {row['loss']:.3f}  "
        f"{speed:.1f} crops/s  {left}"
    )
