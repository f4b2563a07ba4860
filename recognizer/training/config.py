"""Hyperparameters of the training loop."""

from __future__ import annotations

from dataclasses import dataclass, field

from recognizer.runs.errors import TrainingError
from recognizer.training.augment import AugmentConfig

TRANSFORMER_START = 0.35
"""Share of the run after which the spatial transformer takes part."""


@dataclass(frozen=True)
class TrainConfig:
    """How to train; `steps` and `budget` may be combined, the first one reached ends the run.

    Attributes:
        steps: at which the run ends.
        budget: seconds of training at which it ends.
        batch_size: words of a step.
        learning_rate: at its peak, see `runs.schedule`.
        weight_decay: of AdamW.
        ema: share of the averaged weights that a step leaves as it is, once the run has begun.
        evaluate_every: steps from one evaluation to the next.
        early_stopping: evaluations without a lower error rate after which the run ends.
        seed: of batches and augmentation.
        freeze_backbone: whether convolutions and transformer stay as they are.
        freeze_norms: whether the statistics of normalisation stay as they are: those of a few words
            would take the place of millions'.
        transformer_start: share of the run after which the spatial transformer takes part.
        mix: share of each data set in a batch; without, as many as it has words.
        balance_hands: whether words of rare hands are drawn more often than they are.
        augment: strength of the random changes.

    """

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
    freeze_norms: bool = False
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
