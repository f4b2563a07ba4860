"""Scores of packed words for a pattern, and the evidence that they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from indexer.entities import Evidence
    from indexer.stores.protocols import PosteriorCodec
    from indexer.stores.segments import Segment

MIN_SCORE = 1e-9
"""Words that say a pattern with less probability are no evidence."""

_CHUNK = 20_000
"""Words that are unpacked at a time, which takes some kB for each."""


def scored_words(
    pattern: str,
    words: Sequence[tuple[Segment, NDArray[np.intp]]],
    codec: PosteriorCodec,
    alphabet: str,
) -> tuple[NDArray[np.uint32], NDArray[np.uint16], NDArray[np.float64]]:
    """Photo and position of some words of each segment, and the probability that each says `pattern`.

    The words of one segment stand behind those of the other, in all three arrays.
    """
    owners = np.concatenate([segment.owners(entries) for segment, entries in words])
    positions = np.concatenate([segment.positions[entries] for segment, entries in words])
    packed = [segment.packed(entries) for segment, entries in words]
    raw, lengths = (np.concatenate(parts) for parts in zip(*packed, strict=True))
    ends = np.concatenate([[0], np.cumsum(lengths)])
    scores = [np.zeros(0)]
    for first in range(0, len(lengths), _CHUNK):
        some = lengths[first : first + _CHUNK]
        part = raw[ends[first] : ends[first + len(some)]]
        scores.append(codec.unpack_joined(part, some, alphabet).score(pattern))
    return owners, positions, np.concatenate(scores)


def by_photo(
    owners: NDArray[np.uint32], positions: NDArray[np.uint16], scores: NDArray[np.float64]
) -> Evidence:
    """Group scores by photo and word; parts of a word share its position."""
    found: Evidence = {}
    for photo, position, score in zip(
        owners.tolist(), positions.tolist(), scores.tolist(), strict=True
    ):
        places = found.setdefault(photo, {})
        places[position] = max(score, places.get(position, 0.0))
    return found
