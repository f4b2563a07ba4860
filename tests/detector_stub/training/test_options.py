from __future__ import annotations

import json

import pytest

from detector_stub.training.options import TrainOptions, load, save
from recognizer.runs.errors import TrainingError
from recognizer.runs.folder import OPTIONS

ASKED = TrainOptions(("boards", "drawn"), budget=60.0, init="shipped", seed=7)


def test_options_are_remembered(tmp_path):
    save(tmp_path, ASKED)

    assert load(tmp_path, {}) == ASKED


def test_the_end_of_a_run_may_be_given_anew(tmp_path):
    save(tmp_path, ASKED)

    again = load(tmp_path, {"budget": 600.0, "evaluate_every": 5, "seed": 7})

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
    save(tmp_path, ASKED)

    with pytest.raises(TrainingError, match=message):
        load(tmp_path, given)


def test_a_folder_without_a_run_is_named(tmp_path):
    with pytest.raises(TrainingError, match=r"holds no run to resume \(no options\.json\)"):
        load(tmp_path, {})


@pytest.mark.parametrize("content", ["{", "[]", '{"pages": ["a"]}', json.dumps({"page": 1})])
def test_damaged_options_are_named(tmp_path, content):
    (tmp_path / OPTIONS).write_text(content)

    with pytest.raises(TrainingError, match=r"options\.json|needs an end"):
        load(tmp_path, {})


def test_a_run_needs_an_end():
    with pytest.raises(TrainingError, match="give --budget 30m or --steps"):
        TrainOptions(("boards",))


def test_crops_must_fit_the_network():
    with pytest.raises(TrainingError, match="--crop 500: expected a multiple of 32"):
        TrainOptions(("boards",), steps=1, crop=500)
