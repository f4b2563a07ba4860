from __future__ import annotations

import numpy as np
import pytest

from recognizer.calibrate import expected_calibration_error, fit_temperature


def words(temperature, count=400):
    """One-frame words whose labels are drawn from the logits at `temperature`."""
    chance = np.random.default_rng(0)
    logits = chance.normal(0, 3, (count, 1, 6)).astype(np.float32)
    logits[:, :, 0] = -20  # no blanks
    odds = np.exp(logits[:, 0] / temperature)
    odds /= odds.sum(axis=1, keepdims=True)
    labels = [[int(chance.choice(6, p=row))] for row in odds]
    return list(logits), labels


@pytest.mark.parametrize("temperature", [1.0, 2.0])
def test_the_temperature_that_drew_the_words_is_found_again(temperature):
    assert fit_temperature(*words(temperature)) == pytest.approx(temperature, abs=0.25)


def test_confidence_that_equals_accuracy_has_no_calibration_error():
    assert expected_calibration_error([0.75] * 4, [True, True, True, False]) == pytest.approx(0)


def test_overconfidence_is_measured():
    error = expected_calibration_error([0.9] * 10, [True] * 5 + [False] * 5)

    assert error == pytest.approx(0.4)


def test_confidence_one_falls_into_the_last_bin():
    assert expected_calibration_error([1.0, 1.0], [True, True]) == pytest.approx(0)
