"""AdamW with parameter groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from torch import nn

    from recognizer.network.model import CRNN

TRANSFORMER_SCALE = 0.1
"""Multiple of the learning rate at which the spatial transformer learns: a word that it turns out of
the picture teaches nothing any more."""


def optimizer(
    model: CRNN, learning_rate: float, weight_decay: float, *, freeze_backbone: bool
) -> torch.optim.AdamW:
    """AdamW with the transformer at TRANSFORMER_SCALE and no decay on biases and norms.

    `freeze_backbone` leaves convolutions and transformer out. Each group has its multiple of the
    learning rate under the key "scale", see `runs.schedule.set_rate`.
    """
    groups: dict[tuple[float, float], list[nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        if freeze_backbone and name.startswith(("stem.", "stages.", "transformer.")):
            parameter.requires_grad = False
            continue
        scale = TRANSFORMER_SCALE if name.startswith("transformer.") else 1.0
        decay = weight_decay if parameter.ndim > 1 else 0.0
        groups.setdefault((scale, decay), []).append(parameter)
    return torch.optim.AdamW(
        [
            {"params": parameters, "scale": scale, "weight_decay": decay}
            for (scale, decay), parameters in groups.items()
        ],
        lr=learning_rate,
    )
