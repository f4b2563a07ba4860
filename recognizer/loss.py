"""What training minimizes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch.nn import functional

from recognizer.model import frames

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recognizer.datasets.batches import Labelled


def ctc_loss(logits: torch.Tensor, widths: torch.Tensor, batch: Sequence[Labelled]) -> torch.Tensor:
    """Mean CTC loss a word of logits [N, T, labels]; `widths` are pixels without padding."""
    targets = torch.tensor([label for word in batch for label in word.labels])
    lengths = torch.tensor([len(word.labels) for word in batch])
    log_probabilities = logits.float().log_softmax(2).transpose(0, 1)
    # a word squeezed by augmentation may not fit any more: its infinite loss is left out
    return functional.ctc_loss(
        log_probabilities,
        targets.to(logits.device),
        frames(widths).to(logits.device),
        lengths.to(logits.device),
        reduction="mean",
        zero_infinity=True,
    )
