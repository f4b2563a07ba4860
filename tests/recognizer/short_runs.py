"""Short runs of a small network on a few drawn words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from recognizer.posteriors.charset import Charset
from recognizer.training.augment import AugmentConfig
from recognizer.training.trainer import Trainer

if TYPE_CHECKING:
    from collections.abc import Callable

    from recognizer.datasets.batch import Batch
    from recognizer.datasets.labelled_crops import LabelledCrop

CHARSET = Charset("aceont")
TEXTS = ["at", "to", "on", "no", "an", "ten", "cat", "net"]
PLAIN = AugmentConfig(geometry=0, elastic=0, strokes=0, clutter=0, light=0)


class Recording(Trainer):
    """A run that remembers the names of the words in its batches and its learning rates."""

    def __init__(self, *parts: object) -> None:
        super().__init__(*parts)
        self.batches: list[list[str]] = []
        self.rates: list[float] = []

    def step(self, batch: Batch) -> float:
        self.batches.append([word.name for word in batch])
        loss = super().step(batch)
        self.rates.append(max(group["lr"] for group in self.optimizer.param_groups))
        return loss


def go(
    trainer: Trainer, words: list[LabelledCrop], stop: Callable[[], bool] = lambda: False
) -> list[dict[str, float]]:
    rows: list[dict[str, float]] = []
    trainer.run([words], words, stop=stop, report=rows.append)
    return rows


def state_of(trainer: Trainer) -> dict[str, torch.Tensor]:
    parts = {"model": trainer.model, "average": trainer.average}
    return {f"{k}.{name}": t for k, m in parts.items() for name, t in m.state_dict().items()}


def assert_same(one: Trainer, other: Trainer) -> None:
    expected = state_of(other)
    assert all(torch.equal(t, expected[name]) for name, t in state_of(one).items())
