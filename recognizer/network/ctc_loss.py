"""CTC loss."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch.nn import functional

from recognizer.network.model import frames

if TYPE_CHECKING:
    import torch


def ctc_loss(
    logits: torch.Tensor, widths: torch.Tensor, targets: torch.Tensor, lengths: torch.Tensor
) -> torch.Tensor:
    """Mean CTC loss a word.

    Args:
        logits: [N, T, labels].
        widths: [N] columns of each word in pixels, without padding.
        targets: labels of all words, one word behind the other.
        lengths: [N] labels of each word.

    """
    log_probabilities = logits.float().log_softmax(2).transpose(0, 1)
    # a word squeezed by augmentation may not fit any more: its infinite loss is left out
    return functional.ctc_loss(
        log_probabilities,
        targets.to(logits.device, non_blocking=True),
        frames(widths).to(logits.device),
        lengths.to(logits.device, non_blocking=True),
        reduction="mean",
        zero_infinity=True,
    )
