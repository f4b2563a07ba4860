from __future__ import annotations

import numpy as np
import pytest

from recognizer.training.temperature import fit_temperature

pytestmark = pytest.mark.thorough


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
