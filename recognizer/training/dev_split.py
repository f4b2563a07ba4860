"""Split of the data into training words and dev words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from recognizer.datasets.samples import Subset

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

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
        measured = Subset(part, order[:aside])
        kept.append(Subset(part, _others(part, order[aside:], measured)))
        dev += measured
    return kept, dev


def _others(
    part: Sequence[Sample], which: NDArray[np.int64], measured: Sequence[Sample]
) -> NDArray[np.int64]:
    """Those of `which` that are not measured: a table may list an image twice to have it drawn more often."""
    if not isinstance(part, list):  # the other formats list no image twice
        return which
    names = {sample.name for sample in measured}
    return np.array([i for i in which if part[i].name not in names], dtype=np.int64)
