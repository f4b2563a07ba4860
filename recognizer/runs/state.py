"""State of a run: all of it but weights, optimizer and random numbers."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass
class RunState:
    """What changes while training, and is restored on resume.

    Attributes:
        step: optimizer steps taken or skipped.
        elapsed: seconds of training, evaluations not counted.
        best: score of the best evaluation; infinite until there was one.
        stale: evaluations since the best one.
        lost: steps that were skipped because the loss or gradient was not finite.
        lost_in_a_row: how many of the last steps were.

    """

    step: int = 0
    elapsed: float = 0.0
    best: float = math.inf
    stale: int = 0
    lost: int = 0
    lost_in_a_row: int = 0

    def saved(self) -> dict[str, Any]:
        """What a checkpoint keeps."""
        return asdict(self)

    @classmethod
    def restored(cls, saved: dict[str, Any]) -> RunState:
        """The state that `saved` describes; keys that other versions kept beside it are ignored."""
        known = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in saved.items() if name in known})


@dataclass(frozen=True)
class Step:
    """One training step.

    Attributes:
        number: steps so far.
        progress: share 0..1 of the run that is done.
        items: words or crops shown to the network so far.
        elapsed: seconds of training so far, evaluations not counted.
        loss: of this step; not finite if the step was skipped.

    """

    number: int
    progress: float
    items: int
    elapsed: float
    loss: float


def unwatched(step: Step) -> None:
    """Ignore a step."""
    del step
