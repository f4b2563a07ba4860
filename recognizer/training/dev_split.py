"""Split of the data into training words and dev words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from recognizer.datasets.samples import Subset

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recognizer.datasets.samples import Sample

MAX_DEV = 10_000
"""Dev words at most where there is no --dev: more would not make the figures much surer."""


def split(
    sets: list[Sequence[Sample]], portion: float, seed: int
) -> tuple[list[Sequence[Sample]], Sequence[Sample]]:
    """Set aside dev words of every set; the same ones for the same seed.

    Args:
        sets: to be split.
        portion: share 0..1 of the words that are trained on.
        seed: decides which words are set aside.

    Returns:
        What is left of every set, and what was set aside of all of them.

    """
    # a part of every set, but no more than MAX_DEV of all of them together
    share = min(1 - portion, MAX_DEV / max(1, sum(map(len, sets))))
    kept: list[Sequence[Sample]] = []
    dev: list[Sample] = []
    for part in sets:
        order = np.random.default_rng(seed).permutation(len(part))
        aside = len(part) - round(len(part) * (1 - share))
        kept.append(Subset(part, order[aside:]))
        dev += Subset(part, order[:aside])
    return kept, dev
