"""Words of the posterior store that could say a pattern, by upper bounds of its probability alone.

First by bit planes, which cost a few operations on one bit a word for each character; then, for
the words that they leave, by one byte a character.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from indexer.stores.segments import STEPS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from indexer.stores.protocols import RequiredCharacters
    from indexer.stores.segments import Segment

MAX_MISMATCHES = 2
"""Characters of a pattern that a word cannot hold, up to which such words are ranked."""

MAX_RANKED = 30_000
"""Words whose bounds are computed, if they must lack some character."""

MIN_BOUND = 3e-5
"""Words whose bound reaches this are scored for a pattern, up to MAX_SCORED of them."""

MIN_SCORED = 2_000
"""Words that are scored for a pattern in any case: those with the highest bounds."""

MAX_SCORED = 5_000
"""Words that are scored for a pattern at most."""


@dataclass(frozen=True)
class Prefilter:
    """Words of one segment by how much of a pattern they lack.

    Attributes:
        segment: where the words are.
        required: what the pattern requires.
        levels: mismatch levels, one bit a word: the words that lack nothing, one requirement, …,
            MAX_MISMATCHES, more than these.

    """

    segment: Segment
    required: RequiredCharacters
    levels: tuple[NDArray[np.uint8], ...]

    @classmethod
    def of(
        cls, segment: Segment, required: RequiredCharacters, allowed: NDArray[np.bool_]
    ) -> Prefilter:
        """Sort the words of the photos that are `allowed` (one truth value a photo)."""
        levels = [_bits(segment, allowed)]
        levels += [np.zeros_like(levels[0]) for _ in range(MAX_MISMATCHES + 1)]
        for plane in _planes(segment, required):
            lacking = ~plane
            levels[-1] |= levels[-2] & lacking
            for misses in range(MAX_MISMATCHES, 0, -1):
                levels[misses] &= plane
                levels[misses] |= levels[misses - 1] & lacking
            levels[0] &= plane
        return cls(segment, required, tuple(levels))

    def restricted_to(self, photos: NDArray[np.bool_]) -> Prefilter:
        """Keep only the words of the photos that are marked."""
        bits = _bits(self.segment, photos)
        return Prefilter(self.segment, self.required, tuple(level & bits for level in self.levels))

    def count(self, level: int) -> int:
        """Count the words of one mismatch level."""
        return int(np.bitwise_count(self.levels[level]).sum())

    def words(self, levels: int) -> NDArray[np.intp]:
        """Places of the words in the first `levels` mismatch levels, rising."""
        bits: NDArray[np.uint8] = np.bitwise_or.reduce(self.levels[:levels])
        filled = np.flatnonzero(bits)
        found = np.flatnonzero(np.unpackbits(bits[filled]))
        words: NDArray[np.intp] = filled[found >> 3] * 8 + (found & 7)
        return words


def likeliest(prefilters: Sequence[Prefilter]) -> list[NDArray[np.intp]]:
    """Choose the words of each segment that are worth scoring, rising."""
    levels, count = 1, sum(prefilter.count(0) for prefilter in prefilters)
    # those that lack more are taken in where that costs little: hardly any of them say it
    while count < MIN_SCORED and levels <= MAX_MISMATCHES + 1:
        count += sum(prefilter.count(levels) for prefilter in prefilters)
        if count > MAX_RANKED:
            break
        levels += 1
    words = [prefilter.words(levels) for prefilter in prefilters]
    costs = [
        p.segment.costs(p.required.contained, w) for p, w in zip(prefilters, words, strict=True)
    ]
    kept = np.zeros(sum(map(len, words)), bool)
    kept[_cheapest(np.concatenate(costs))] = True
    edges = np.cumsum([len(w) for w in words])[:-1]
    return [w[k] for w, k in zip(words, np.split(kept, edges), strict=True)]


def _cheapest(costs: NDArray[np.uint16]) -> NDArray[np.intp]:
    """Find the places of the lowest costs: all below MIN_BOUND's, MIN_SCORED to MAX_SCORED."""
    reach = int(np.count_nonzero(costs <= -np.log(MIN_BOUND) * STEPS))
    count = min(len(costs), MAX_SCORED, max(reach, MIN_SCORED))
    if count == len(costs):
        return np.arange(count)
    return np.argpartition(costs, count)[:count]


def _bits(segment: Segment, photos: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """One bit for each word of the photos that are marked."""
    if photos.all():
        bits = np.full((segment.size + 7) // 8, 255, np.uint8)
        bits[-1:] <<= -segment.size % 8
        return bits
    return np.packbits(np.repeat(photos, segment.counts))


def _planes(segment: Segment, required: RequiredCharacters) -> list[NDArray[np.uint8]]:
    ends = ((1, required.begins), (2, required.ends))
    return [
        *(segment.plane(0, character) for character in required.contained),
        *(segment.plane(kind, character) for kind, character in ends if character is not None),
    ]
