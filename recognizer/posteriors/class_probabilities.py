"""Probabilities of folded symbols out of those of an alphabet. Only numpy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from recognizer.posteriors.folding import FOLDED_ALPHABET, folded_labels

if TYPE_CHECKING:
    from numpy.typing import NDArray

MIN_DOUBLED = 0.05
"""Probability from which two symbols that follow without a blank count as a doubled letter."""


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
    rows = []
    for place in np.flatnonzero((best[1:] != best[:-1]) & (labels[best[1:]] == labels[best[:-1]])):
        alike = labels == labels[best[place]]
        before, behind = (p[alike] / p[alike].sum() for p in probabilities[place : place + 2])
        differ = 1 - float(before @ behind)
        if labels[best[place]] and differ >= MIN_DOUBLED:
            between = np.zeros(folded.shape[1], np.float32)
            between[[0, labels[best[place]]]] = differ, 1 - differ
            rows.append((place + 1, between))
    return (
        np.insert(folded, [at for at, _ in rows], [row for _, row in rows], axis=0)
        if rows
        else folded
    )
