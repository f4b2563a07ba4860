from __future__ import annotations

import json

import pytest

from detector_stub.training.config import (
    OPTIONS,
    WARM_UP,
    Options,
    State,
    TrainingError,
    rate,
    recall,
)

ASKED = Options(("boards", "drawn"), budget=60.0, init="shipped", seed=7)


def test_options_are_remembered(tmp_path):
    ASKED.write(tmp_path)

    assert recall(tmp_path, {}) == ASKED


def test_the_end_of_a_run_may_be_given_anew(tmp_path):
    ASKED.write(tmp_path)

    again = recall(tmp_path, {"budget": 600.0, "evaluate_every": 5, "seed": 7})

    assert (again.budget, again.evaluate_every, again.seed) == (600.0, 5, 7)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"seed": 8}, "--seed 8: the run in .* has 7; leave --seed out"),
        ({"batch_size": 1}, "--batch-size 1: the run in .* has 6"),
        ({"pages": ("boards",)}, "--pages boards: the run in .* has boards, drawn"),
    ],
)
def test_what_would_make_it_another_run_is_refused(tmp_path, given, message):
    ASKED.write(tmp_path)

    with pytest.raises(TrainingError, match=message):
        recall(tmp_path, given)


def test_a_folder_without_a_run_is_named(tmp_path):
    with pytest.raises(TrainingError, match=r"holds no run to resume \(no options\.json\)"):
        recall(tmp_path, {})


@pytest.mark.parametrize("content", ["{", "[]", '{"pages": ["a"]}', json.dumps({"page": 1})])
def test_damaged_options_are_named(tmp_path, content):
    (tmp_path / OPTIONS).write_text(content)

    with pytest.raises(TrainingError, match=r"options\.json|needs an end"):
        recall(tmp_path, {})


def test_a_run_needs_an_end():
    with pytest.raises(TrainingError, match="give --budget 30m or --steps"):
        Options(("boards",))


def test_crops_must_fit_the_network():
    with pytest.raises(TrainingError, match="--crop 500: expected a multiple of 32"):
        Options(("boards",), steps=1, crop=500)


def test_progress_is_that_of_the_nearer_end():
    state = State(step=10, elapsed=30.0)

    assert state.progress(Options(("a",), steps=40)) == 0.25
    assert state.progress(Options(("a",), budget=60.0)) == 0.5
    assert state.progress(Options(("a",), steps=40, budget=60.0)) == 0.5
    assert state.progress(Options(("a",), steps=5)) == 1.0


def test_the_learning_rate_rises_shortly_and_falls_to_a_hundredth():
    rates = [rate(progress / 200) for progress in range(201)]
    top = rates.index(max(rates))

    assert 0 < rates[0] < 0.05
    assert top / 200 == pytest.approx(WARM_UP)
    assert max(rates) == pytest.approx(1)
    assert rates[top:] == sorted(rates[top:], reverse=True)
    assert rates[-1] == pytest.approx(0.01)
