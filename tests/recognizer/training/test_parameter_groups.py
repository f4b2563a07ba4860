from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from recognizer.network.model import CRNN
from recognizer.runs import schedule
from recognizer.training.parameter_groups import optimizer

if TYPE_CHECKING:
    from collections.abc import Callable

    from recognizer.inference.card import ModelConfig


@pytest.fixture
def model(small_config: Callable[..., ModelConfig]) -> CRNN:
    return CRNN(small_config(9))


def test_the_spatial_transformer_learns_at_a_tenth_of_the_rate(model: CRNN) -> None:
    adam = optimizer(model, 1e-3, 0.01, freeze_backbone=False)

    schedule.set_rate(adam, 1e-3, schedule.WARM_UP)

    rates = {id(p): group["lr"] for group in adam.param_groups for p in group["params"]}
    for name, parameter in model.named_parameters():
        expected = 1e-4 if name.startswith("transformer.") else 1e-3
        assert rates[id(parameter)] == pytest.approx(expected), name


def test_biases_and_norms_do_not_decay(model: CRNN) -> None:
    adam = optimizer(model, 1e-3, 0.5, freeze_backbone=False)

    decay = {p: group["weight_decay"] for group in adam.param_groups for p in group["params"]}

    assert len(decay) == len(list(model.parameters()))
    for parameter, rate in decay.items():
        assert rate == (0.5 if parameter.ndim > 1 else 0)


def test_a_frozen_backbone_is_not_optimised(model: CRNN) -> None:
    adam = optimizer(model, 1e-3, 0.01, freeze_backbone=True)

    learning = {id(p) for group in adam.param_groups for p in group["params"]}

    for name, parameter in model.named_parameters():
        frozen = name.startswith(("stem.", "stages.", "transformer."))
        assert parameter.requires_grad is not frozen, name
        assert (id(parameter) in learning) is not frozen, name
