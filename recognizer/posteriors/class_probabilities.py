"""Probabilities of folded symbols out of those of an alphabet. Only numpy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from recognizer.posteriors.folding import FOLDED_ALPHABET, folded_labels

if TYPE_CHECKING:
    from numpy.typing import NDArray

MIN_ALIKE = 0.5
"""Probability that two frames write symbols that fold alike, from which on these may be two letters."""

MIN_DOUBLED = 0.05
"""Probability that they are two letters below which this is not looked at."""


def folded_probabilities(probabilities: NDArray[np.float32], alphabet: str) -> NDArray[np.float32]:
    """Sum [T, labels] probabilities over the symbols of `alphabet` that fold alike.

    Returns:
        [T or more, 1 + len(FOLDED_ALPHABET)]. CTC merges equal symbols that follow each other, but
        `ée` are two letters: between such frames stands one more, which is blank with the
        probability that their symbols differ.

    """
    labels = folded_labels(alphabet)
    folded = np.zeros((len(probabilities), 1 + len(FOLDED_ALPHABET)), np.float32)
    for label, column in zip(labels, probabilities.T, strict=True):
        folded[:, label] += column
    best = probabilities.argmax(axis=1)
    differing = (best[1:] != best[:-1]) & (labels[best[1:]] == labels[best[:-1]])
    places, between = [], []
    for place in np.flatnonzero(differing & (labels[best[1:]] > 0)):
        label = labels[best[place]]
        before, behind = probabilities[place : place + 2, labels == label]
        alike = float(before.sum() * behind.sum())
        doubled = 1 - float(before @ behind) / alike
        if alike >= MIN_ALIKE and doubled >= MIN_DOUBLED:
            row = np.zeros(folded.shape[1], np.float32)
            row[[0, label]] = doubled, 1 - doubled
            places.append(place + 1)
            between.append(row)
    return np.insert(folded, places, between, axis=0) if places else folded
