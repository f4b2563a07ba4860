"""Words that are set aside to measure on."""

from __future__ import annotations

import numpy as np

from recognizer.datasets.samples import Sample
from recognizer.training import dev_split


def test_an_image_that_is_listed_twice_is_not_both_learned_and_measured() -> None:
    words = [
        Sample(str(i // 2), "word", "", lambda: np.zeros((48, 8), np.uint8)) for i in range(200)
    ]

    [kept], dev = dev_split.split([words], 0.8, 0)

    assert len(dev) == 40
    assert {word.name for word in kept}.isdisjoint(word.name for word in dev)
