"""Best weights of a run: those of its best evaluation are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recognizer.runs.state import RunState


def is_best(state: RunState, score: float, *, lowest: bool) -> bool:
    """Note the score of an evaluation; whether it is the best so far, so that its weights are kept.

    Args:
        state: of the run; notes the best score, and how many evaluations have passed since.
        score: of this evaluation; an equal one is not better.
        lowest: whether low scores are good, as for error rates, or high ones.

    """
    better = score < state.best if lowest else score > state.best
    state.stale = 0 if better else state.stale + 1
    if better:
        state.best = score
    return better
