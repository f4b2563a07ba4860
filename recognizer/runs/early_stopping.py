"""Early stopping: a run ends after so many evaluations without a better one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recognizer.runs.state import RunState


def is_due(state: RunState, evaluations: int | None) -> bool:
    """Whether so many evaluations, or more, passed since the best one; never if that is None."""
    return evaluations is not None and state.stale >= evaluations
