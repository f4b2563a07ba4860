from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

from recognizer.runs import metrics
from recognizer.runs.state import RunState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def steps(path: Path, numbers: Sequence[int], end: str = "") -> list[tuple[float, float]]:
    """Steps and places in the file of the rows that are read, of those written."""
    for place, number in enumerate(numbers):
        metrics.append(path, {"step": number, "place": place})
    with path.open("a", encoding="utf-8") as file:
        file.write(end)
    return [(row["step"], row["place"]) for row in metrics.read(path)]


def test_rows_come_back_in_order(tmp_path: Path) -> None:
    assert steps(tmp_path / "m", [10, 20, 30]) == [(10, 0), (20, 1), (30, 2)]


def test_rows_of_steps_that_a_resumed_run_took_back_are_dropped(tmp_path: Path) -> None:
    # killed after the evaluation of step 30, resumed from the checkpoint of step 10
    assert steps(tmp_path / "m", [10, 20, 30, 20, 25]) == [(10, 0), (20, 3), (25, 4)]


def test_a_step_that_is_evaluated_again_counts_once(tmp_path: Path) -> None:
    assert steps(tmp_path / "m", [1, 2, 2]) == [(1, 0), (2, 2)]


def test_a_line_that_was_not_written_to_its_end_is_left_out(tmp_path: Path) -> None:
    assert steps(tmp_path / "m", [10], end='{"step": 20, "pla') == [(10, 0)]


def test_every_row_is_a_line_of_json(tmp_path: Path) -> None:
    metrics.append(tmp_path / "m", {"step": 1, "loss": 0.5})
    metrics.append(tmp_path / "m", {"step": 2, "loss": 0.25})

    lines = (tmp_path / "m").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["loss"] for line in lines] == [0.5, 0.25]


def test_the_mean_loss_is_that_of_the_finite_steps() -> None:
    row = metrics.common(
        RunState(step=4, elapsed=12.0, lost=1), 0.25, 1e-3, [1.0, math.nan, 2.0], ("words", 256)
    )

    assert row == {
        "step": 4, "progress": 0.25, "seconds": 12.0, "seconds_left": 36, "lr": 1e-3, "loss": 1.5,
        "lost_steps": 1, "words": 256, "words_per_second": 21.3,
    }  # fmt: skip


def test_without_a_finite_step_the_loss_is_nought() -> None:
    assert metrics.common(RunState(), 0.0, 1e-3, [math.nan], ("words", 0))["loss"] == 0


def test_the_rate_is_that_since_the_start_of_the_time_before_rounding() -> None:
    row = metrics.common(RunState(step=1, elapsed=0.14), 0.5, 1e-3, [1.0], ("crops", 8))

    assert (row["crops"], row["seconds"], row["crops_per_second"]) == (8, 0.1, 57.1)
