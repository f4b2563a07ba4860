"""The metrics file of a run: one JSON object a line for each evaluation."""

from __future__ import annotations

import json
from math import isfinite
from typing import TYPE_CHECKING

from recognizer.runs.schedule import seconds_left

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from recognizer.runs.state import RunState

Row = dict[str, float]


def common(
    state: RunState,
    progress: float,
    lr: float,
    losses: Sequence[float],
    shown: tuple[str, int],
) -> Row:
    """The columns that every run has.

    Args:
        state: of the run.
        progress: share 0..1 of the run that is done.
        lr: learning rate.
        losses: those since the last evaluation; the finite ones are averaged.
        shown: name and number of the items that the network was shown; their rate is that since
            the start of the run, evaluations not counted.

    """
    items, count = shown
    finite = [loss for loss in losses if isfinite(loss)]
    return {
        "step": state.step,
        "progress": round(progress, 4),
        "seconds": round(state.elapsed, 1),
        "seconds_left": round(seconds_left(state.elapsed, progress)),
        "lr": lr,
        "loss": round(sum(finite) / max(1, len(finite)), 4),
        "lost_steps": state.lost,
        items: count,
        f"{items}_per_second": round(count / max(1e-9, state.elapsed), 1),
    }


def append(path: Path, row: Mapping[str, float]) -> None:
    """Add one evaluation to the file."""
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")


def read(path: Path) -> list[Row]:
    """The rows of a metrics file, one a step, in order.

    A run that was interrupted after an evaluation, and resumed from a checkpoint before it, has
    left rows of steps that it took back: a row drops all before it whose step is not lower. A line
    that was not written to its end is left out.
    """
    rows: list[Row] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            row = json.loads(line)
        except ValueError:
            continue
        while rows and rows[-1]["step"] >= row["step"]:
            rows.pop()
        rows.append(row)
    return rows
