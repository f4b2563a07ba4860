"""The CTC forward algorithm for many words at once, with free ends. Only numpy.

A pattern is a text with `*` for any characters or none: `queue` asks for the whole word, `queue*`
for its beginning, `*queue*` for a part of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

BLANK, FREE = 0, -1
"""Symbols of states between the characters: nothing is written there, or anything."""


@dataclass(frozen=True)
class States:
    """A pattern as a chain of states: BLANK, FREE, or a character (1, 2, …)."""

    symbols: tuple[int, ...]

    @classmethod
    def of(cls, pieces: Sequence[Sequence[int]]) -> States:
        """The chain for the pieces between the `*` of a pattern; empty ones at free ends."""
        chain: list[int] = []
        for number, piece in enumerate(pieces):
            if number:
                chain += [] if chain[-1:] == [FREE] else [FREE]
            for place, character in enumerate(piece):
                chain += [BLANK, character] if place else [character]
        if pieces[0]:
            chain.insert(0, BLANK)
        if pieces[-1]:
            chain.append(BLANK)
        return cls(tuple(chain))

    @cached_property
    def stays(self) -> NDArray[np.float32]:
        """1 where a state may last; a character before a free state hands over at once.

        Whatever follows it belongs to the free state, and must not be counted twice.
        """
        ends = [a > 0 and b == FREE for a, b in pairwise((*self.symbols, BLANK))]
        return 1 - np.array(ends, np.float32)[:, None]

    @cached_property
    def skips(self) -> NDArray[np.float32]:
        """1 where a character may follow the one before last state without a pause."""
        before = (BLANK, BLANK, *self.symbols)
        return np.array(
            [s > 0 and b > 0 and s != b for s, b in zip(self.symbols, before, strict=False)],
            np.float32,
        )[:, None]

    @cached_property
    def afresh(self) -> list[int]:
        """Places of characters that follow a free state: they begin where none stood before."""
        return [
            place
            for place, (a, b) in enumerate(pairwise(self.symbols), start=1)
            if a == FREE and b > 0
        ]


def forward(
    emitted: NDArray[np.float32], frames: NDArray[np.intp], states: States, rows: Sequence[int]
) -> NDArray[np.float64]:
    """Probability of a pattern under each of N words, the longest first.

    With free ends: the expected number of times, at most 1.
    Source: Graves et al. 2006, section 4.1.

    Args:
        emitted: probabilities [rows, cells] of some symbols; the cells of frame 0 of all words,
            then those of frame 1 of the words that have one, and so on.
        frames: frames of each word [N], falling.
        states: the pattern.
        rows: row of `emitted` for each state.

    """
    alpha = np.zeros((len(states.symbols), len(frames)), np.float32)
    alpha[:2] = emitted[rows[:2], : len(frames)]
    before, at = np.int64(0), np.int64(len(frames))
    for t in range(1, int(frames.max(initial=1))):
        going = int(np.searchsorted(-frames, -t))  # words with more than t frames come first
        was = alpha[:, :going]
        moved = was * states.stays
        moved[1:] += was[:-1]
        moved[2:] += was[:-2] * states.skips[2:]
        for place in states.afresh:
            moved[place] -= was[place - 1] * emitted[rows[place], before : before + going]
        alpha[:, :going] = moved * emitted[rows, at : at + going]
        before, at = at, at + going
    return np.asarray(np.minimum(alpha[-2:].sum(axis=0), 1.0), dtype=np.float64)
