from __future__ import annotations

import math

import pytest

from recognizer.runs.best_weights import is_best
from recognizer.runs.state import RunState


@pytest.mark.parametrize(
    ("lowest", "start", "scores"),
    [(True, math.inf, (0.3, 0.4, 0.3, 0.2)), (False, -math.inf, (0.7, 0.6, 0.7, 0.8))],
)
def test_weights_are_kept_that_are_better_than_all_before(
    lowest: bool,
    start: float,
    scores: tuple[float, ...],
) -> None:
    state = RunState(best=start)

    kept = [(is_best(state, score, lowest=lowest), state.stale) for score in scores]

    assert kept == [(True, 0), (False, 1), (False, 2), (True, 0)]
    assert state.best == scores[-1]


@pytest.mark.parametrize("lowest", [True, False])
def test_a_score_that_is_no_number_is_never_the_best(lowest: bool) -> None:
    state = RunState(best=math.inf if lowest else -math.inf)

    assert not is_best(state, math.nan, lowest=lowest)
