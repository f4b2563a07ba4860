"""The curves of the detector's training as a picture, drawn anew after every evaluation."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from matplotlib.figure import Figure

PICTURE = "curves.png"

Row = dict[str, float]


def draw(metrics: Path, say: Callable[[str], None]) -> None:
    """Draw the rows of `metrics` into PICTURE beside it; says why if that is not possible."""
    path = metrics.with_name(PICTURE)
    try:
        partial = path.with_name(path.name + ".part")
        figure(read(metrics)).savefig(partial, format="png", dpi=100)
        partial.replace(path)
    except Exception as error:
        # hours of training must not end for a picture, whatever is wrong with it
        say(f"{path}: not drawn ({error})")


def read(metrics: Path) -> list[Row]:
    """The rows of a run's metrics in the order of their steps.

    A resumed run may evaluate a step again: the later row counts. A line that was not written to
    its end is left out.
    """
    rows: dict[float, Row] = {}
    for line in metrics.read_text(encoding="utf-8").splitlines():
        try:
            row = json.loads(line)
        except ValueError:
            continue
        rows[row["step"]] = row
    return [rows[step] for step in sorted(rows)]


def figure(rows: list[Row]) -> Figure:
    """Loss, and the rates on the dev pages, over steps."""
    # takes a second to load, and only trainings need it; a Figure of its own needs no display
    from matplotlib.figure import Figure

    drawn = Figure(figsize=(10, 4.2), layout="constrained")
    left, right = drawn.subplots(1, 2)
    steps = [row["step"] for row in rows]
    left.plot(steps, [row["loss"] for row in rows], marker=".")
    left.set_title("Training: mean loss since the last evaluation")
    for name in ("recall_50", "precision_50", "f1_50", "word_hit"):
        right.plot(steps, [row[name] for row in rows], marker=".", label=name)
    right.set_title("Dev pages")
    right.legend()
    for panel in (left, right):
        panel.set_xlabel("steps")
        panel.grid(visible=True, alpha=0.25)
    return drawn
