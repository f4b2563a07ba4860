"""How the weights move: AdamW, and a learning rate that rises shortly and falls slowly."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from torch import nn

    from recognizer.network.model import CRNN

WARM_UP = 0.03
"""Share of the run in which the learning rate rises."""


def schedule(progress: float) -> float:
    """Factor of the learning rate: a short linear warm-up, then a half cosine down to 1 %."""
    if progress < WARM_UP:
        return (progress + 1e-3) / (WARM_UP + 1e-3)
    along = (progress - WARM_UP) / (1 - WARM_UP)
    return 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * along))


def optimizer(
    model: CRNN, learning_rate: float, weight_decay: float, *, freeze_backbone: bool
) -> torch.optim.AdamW:
    """AdamW with the transformer at a tenth of the rate and no decay on biases and norms."""
    groups: dict[tuple[float, float], list[nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        if freeze_backbone and name.startswith(("stem.", "stages.", "transformer.")):
            parameter.requires_grad = False
            continue
        scale = 0.1 if name.startswith("transformer.") else 1.0
        decay = weight_decay if parameter.ndim > 1 else 0.0
        groups.setdefault((scale, decay), []).append(parameter)
    return torch.optim.AdamW(
        [
            {"params": parameters, "scale": scale, "weight_decay": decay}
            for (scale, decay), parameters in groups.items()
        ],
        lr=learning_rate,
    )
