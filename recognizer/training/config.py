"""How a run shall go, and how far it has come."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from recognizer.errors import TrainingError
from recognizer.training.augment import AugmentConfig

TRANSFORMER_START = 0.35
"""Share of the run after which the spatial transformer takes part."""


@dataclass(frozen=True)
class TrainConfig:
    """How to train; `steps` and `budget` (seconds) may be combined, the first reached ends it."""

    steps: int | None = None
    budget: float | None = None
    batch_size: int = 64
    learning_rate: float = 2e-3
    weight_decay: float = 1e-2
    ema: float = 0.9995
    evaluate_every: int = 1000
    early_stopping: int | None = None
    seed: int = 0
    freeze_backbone: bool = False
    transformer_start: float = TRANSFORMER_START
    mix: tuple[float, ...] = ()
    balance_hands: bool = False
    augment: AugmentConfig = field(default_factory=AugmentConfig)

    def __post_init__(self) -> None:
        """Refuse a run without an end.

        Raises:
            TrainingError: neither steps nor budget.

        """
        if not self.steps and not self.budget:
            msg = "a run needs an end: give --budget or --epochs"
            raise TrainingError(msg)


@dataclass
class State:
    """What changes while training, and is restored on resume.

    `lost` counts the steps whose loss or gradient was not finite, `lost_in_a_row` the last ones.
    """

    step: int = 0
    elapsed: float = 0.0
    words: int = 0
    best: float = math.inf
    stale: int = 0
    lost: int = 0
    lost_in_a_row: int = 0
