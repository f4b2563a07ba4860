"""What training minimizes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch.nn import functional

from recognizer.model import frames

if TYPE_CHECKING:
    import torch

    from recognizer.datasets.batches import Batch


def ctc_loss(logits: torch.Tensor, widths: torch.Tensor, batch: Batch) -> torch.Tensor:
    """Mean CTC loss a word of logits [N, T, labels]; `widths` are pixels without padding."""
    log_probabilities = logits.float().log_softmax(2).transpose(0, 1)
    # a word squeezed by augmentation may not fit any more: its infinite loss is left out
    return functional.ctc_loss(
        log_probabilities,
        batch.targets.to(logits.device, non_blocking=True),
        frames(widths).to(logits.device),
        batch.lengths.to(logits.device, non_blocking=True),
        reduction="mean",
        zero_infinity=True,
    )
