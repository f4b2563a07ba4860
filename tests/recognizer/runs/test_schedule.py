from __future__ import annotations

import pytest
import torch

from recognizer.runs.schedule import WARM_UP, lr_factor, progress, seconds_left, set_rate
from recognizer.runs.state import RunState


def test_progress_is_that_of_the_nearer_end() -> None:
    state = RunState(step=10, elapsed=30.0)

    assert progress(state, 40, None) == 0.25
    assert progress(state, None, 60.0) == 0.5
    assert progress(state, 40, 60.0) == 0.5
    assert progress(state, 5, None) == 1.0


def test_the_learning_rate_rises_shortly_and_falls_to_a_hundredth() -> None:
    rates = [lr_factor(step / 200) for step in range(201)]
    top = rates.index(max(rates))

    assert 0 < rates[0] < 0.05
    assert top / 200 == pytest.approx(WARM_UP)
    assert max(rates) == pytest.approx(1)
    assert rates[top:] == sorted(rates[top:], reverse=True)
    assert rates[-1] == pytest.approx(0.01)


def test_a_group_of_parameters_may_learn_at_a_part_of_the_rate() -> None:
    slow, fast = torch.zeros(1, requires_grad=True), torch.zeros(1, requires_grad=True)
    groups = [{"params": [slow], "scale": 0.1}, {"params": [fast]}]
    optimizer = torch.optim.AdamW(groups, lr=1.0)

    set_rate(optimizer, 2e-3, WARM_UP)

    assert [group["lr"] for group in optimizer.param_groups] == pytest.approx([2e-4, 2e-3])


def test_the_time_left_follows_from_the_time_that_was_needed() -> None:
    assert seconds_left(30.0, 0.25) == 90.0
    assert seconds_left(30.0, 1.0) == 0.0
    assert seconds_left(0.0, 0.0) == 0.0
