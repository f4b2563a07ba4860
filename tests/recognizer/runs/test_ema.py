from __future__ import annotations

import pytest
import torch
from torch import nn

from recognizer.runs.ema import averaged, count_updates, ema_decay


class Model(nn.Module):
    """One weight, one statistic, one counter."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))
        self.register_buffer("statistic", torch.zeros(1))
        self.register_buffer("count", torch.tensor(0))

    def become(self, value: float) -> Model:
        with torch.no_grad():
            self.weight.fill_(value)
            self.statistic.fill_(value)
            self.count.fill_(int(value))
        return self


def test_the_first_update_copies_and_the_next_ones_follow() -> None:
    model = Model()
    average = averaged(model, 0.5)

    average.update_parameters(model.become(8))
    first = average.module.weight.item()
    average.update_parameters(model.become(4))

    # 2 of 11 parts of the old, as the start is to be forgotten, and never more than the decay
    assert first == 8
    assert average.module.weight.item() == pytest.approx(4 + 4 * 2 / 11)


def test_the_decay_rises_from_little_to_what_was_asked_for() -> None:
    decays = [ema_decay(0.9, updates) for updates in range(1, 200)]

    assert decays[0] == pytest.approx(2 / 11)
    assert decays == sorted(decays)
    assert decays[-1] == 0.9


def test_statistics_are_averaged_as_weights_are_and_counters_copied() -> None:
    model = Model()
    average = averaged(model, 0.5)

    for value in (8, 4, 7):
        average.update_parameters(model.become(value))

    assert average.module.statistic.item() == average.module.weight.item() not in (4, 7, 8)
    assert average.module.count.item() == 7


def test_an_average_that_was_restored_goes_on_where_it_was() -> None:
    model = Model()
    whole, halves = averaged(model, 0.99), averaged(model, 0.99)
    for value in range(30):
        whole.update_parameters(model.become(value))

    halves.module.load_state_dict(whole.module.state_dict())
    count_updates(halves, 30)
    for average in (whole, halves):
        average.update_parameters(model.become(50))

    assert halves.module.weight.item() == whole.module.weight.item()
    assert 20 < halves.module.weight.item() < 40


def test_the_model_itself_is_left_alone() -> None:
    model = Model()
    average = averaged(model, 0.5)

    average.update_parameters(model.become(3))
    average.update_parameters(model.become(5))

    assert (model.weight.item(), model.count.item()) == (5, 5)
