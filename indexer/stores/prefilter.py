"""Which words of the posterior store could say a pattern, by bounds alone.

First by bit planes, which cost a few operations on one bit a word for each character; then, for
the words that they leave, by one byte a character.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from indexer.stores.segments import STEPS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from indexer.stores.segments import Segment

MOST_MISSES = 2
"""Characters of a pattern that a word cannot hold, up to which such words are told apart."""

MOST_BOUND = 30_000
"""Words whose bounds are looked at, if they must lack some character."""

LEAST_BOUND = 3e-5
"""Words whose bound reaches this are scored for a pattern, up to MOST_SCORED of them."""

ALWAYS_SCORED, MOST_SCORED = 2_000, 5_000
"""Words that are scored for a pattern in any case, and at most: those with the highest bounds."""


class Needs(Protocol):
    """What a word must hold to say a pattern; see recognizer.posteriors.posteriorgram.Needs."""

    @property
    def contained(self) -> list[int]: ...  # noqa: D102
    @property
    def begins(self) -> int | None: ...  # noqa: D102
    @property
    def ends(self) -> int | None: ...  # noqa: D102


@dataclass(frozen=True)
class Sieve:
    """The words of one segment by how much of a pattern they lack.

    Attributes:
        segment: where the words are.
        needs: what the pattern needs.
        levels: bits of the words that lack nothing, one thing, …, MOST_MISSES, more than these.

    """

    segment: Segment
    needs: Needs
    levels: tuple[NDArray[np.uint8], ...]

    @classmethod
    def of(cls, segment: Segment, needs: Needs, allowed: NDArray[np.bool_]) -> Sieve:
        """Sort the words of the photos that are `allowed` (one truth value a photo)."""
        levels = [_bits(segment, allowed)]
        levels += [np.zeros_like(levels[0]) for _ in range(MOST_MISSES + 1)]
        for plane in _planes(segment, needs):
            lacking = ~plane
            levels[-1] |= levels[-2] & lacking
            for misses in range(MOST_MISSES, 0, -1):
                levels[misses] &= plane
                levels[misses] |= levels[misses - 1] & lacking
            levels[0] &= plane
        return cls(segment, needs, tuple(levels))

    def among(self, photos: NDArray[np.bool_]) -> Sieve:
        """The same for fewer photos."""
        bits = _bits(self.segment, photos)
        return Sieve(self.segment, self.needs, tuple(level & bits for level in self.levels))

    def count(self, level: int) -> int:
        """How many words there are in one of the levels."""
        return int(np.bitwise_count(self.levels[level]).sum())

    def words(self, levels: int) -> NDArray[np.intp]:
        """The words in the first `levels`."""
        bits: NDArray[np.uint8] = np.bitwise_or.reduce(self.levels[:levels])
        filled = np.flatnonzero(bits)
        found = np.flatnonzero(np.unpackbits(bits[filled]))
        words: NDArray[np.intp] = filled[found >> 3] * 8 + (found & 7)
        return words


def likeliest(sieves: Sequence[Sieve]) -> list[NDArray[np.intp]]:
    """The words of each segment that are worth scoring, rising."""
    levels, count = 1, sum(sieve.count(0) for sieve in sieves)
    # those that lack more are taken in where that costs little: hardly any of them say it
    while count < ALWAYS_SCORED and levels <= MOST_MISSES + 1:
        count += sum(sieve.count(levels) for sieve in sieves)
        if count > MOST_BOUND:
            break
        levels += 1
    words = [sieve.words(levels) for sieve in sieves]
    costs = [s.segment.costs(s.needs.contained, w) for s, w in zip(sieves, words, strict=True)]
    kept = np.zeros(sum(map(len, words)), bool)
    kept[_cheapest(np.concatenate(costs))] = True
    edges = np.cumsum([len(w) for w in words])[:-1]
    return [w[k] for w, k in zip(words, np.split(kept, edges), strict=True)]


def _cheapest(costs: NDArray[np.uint16]) -> NDArray[np.intp]:
    """Places of the lowest costs: all below LEAST_BOUND's, ALWAYS_SCORED to MOST_SCORED."""
    reach = int(np.count_nonzero(costs <= -np.log(LEAST_BOUND) * STEPS))
    count = min(len(costs), MOST_SCORED, max(reach, ALWAYS_SCORED))
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


def _planes(segment: Segment, needs: Needs) -> list[NDArray[np.uint8]]:
    ends = ((1, needs.begins), (2, needs.ends))
    return [
        *(segment.plane(0, character) for character in needs.contained),
        *(segment.plane(kind, character) for kind, character in ends if character is not None),
    ]
