from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from recognizer.runs.ema import averaged
from recognizer.runs.state import RunState
from recognizer.runs.update import take_step


@pytest.fixture
def model() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))


def step(model: nn.Module, loss: torch.Tensor, state: RunState, lr: float = 1.0) -> float:
    average = averaged(model, 0.9)
    return take_step(loss, model, average, torch.optim.SGD(model.parameters(), lr=lr), state)


def copies(model: nn.Module) -> list[torch.Tensor]:
    return [parameter.detach().clone() for parameter in model.parameters()]


@pytest.mark.parametrize(("steepness", "expected"), [(1e3, 5.0), (1e-3, None)])
def test_a_long_gradient_is_scaled_down_and_a_short_one_is_not(
    model: nn.Module, steepness: float, expected: float | None
) -> None:
    before = copies(model)
    loss = steepness * sum(parameter.sum() for parameter in model.parameters())
    plain = steepness * math.sqrt(sum(parameter.numel() for parameter in before))

    step(model, loss, RunState())

    moved = [(a - b).norm() for a, b in zip(before, model.parameters(), strict=True)]
    assert torch.stack(moved).norm().item() == pytest.approx(expected or plain, rel=1e-4)


@pytest.mark.parametrize("nonsense", [math.nan, math.inf])
def test_a_step_that_is_not_finite_changes_no_weight(model: nn.Module, nonsense: float) -> None:
    before, state = copies(model), RunState()

    loss = step(model, model[0].weight.sum() * nonsense, state)

    assert math.isnan(loss)
    assert all(map(torch.equal, before, model.parameters()))
    assert (state.step, state.lost, state.lost_in_a_row) == (1, 1, 1)


def test_statistics_that_a_skipped_step_corrupted_are_those_of_the_average_again(
    model: nn.Module,
) -> None:
    average = averaged(model, 0.9)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    loss = model(torch.full((4, 3), math.nan)).sum()

    take_step(loss, model, average, optimizer, RunState())

    assert all(buffer.isfinite().all() for buffer in model.buffers())


def test_a_finite_step_ends_a_row_of_lost_ones(model: nn.Module) -> None:
    state = RunState(step=7, lost=3, lost_in_a_row=2)

    loss = step(model, model[0].weight.square().sum(), state)

    assert loss > 0
    assert (state.step, state.lost, state.lost_in_a_row) == (8, 3, 0)


def test_the_average_follows_every_step_that_is_taken(model: nn.Module) -> None:
    average = averaged(model, 0.9)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

    take_step(model[0].weight.square().sum(), model, average, optimizer, RunState())

    assert torch.equal(average.module[0].weight, model[0].weight)
