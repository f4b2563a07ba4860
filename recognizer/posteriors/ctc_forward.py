"""CTC forward algorithm for many words at once, with free ends. Only numpy.

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
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

BLANK = 0
"""Symbol of a state between two characters where nothing is written."""

FREE = -1
"""Symbol of a state between two characters where anything may be written."""


@dataclass(frozen=True)
class Shortcut:
    """A state beside the chain: one symbol that says the characters of several states at once.

    Attributes:
        first, last: places of the first and of the last character that it stands for.
        symbol: what is emitted there.

    """

    first: int
    last: int
    symbol: int


@dataclass(frozen=True)
class States:
    """A pattern as a chain of states: BLANK, FREE, or a character (1, 2, …); and its shortcuts."""

    chain: tuple[int, ...]
    shortcuts: tuple[Shortcut, ...] = ()

    @classmethod
    def of(
        cls, pieces: Sequence[Sequence[int]], expansions: Mapping[int, Sequence[int]] | None = None
    ) -> States:
        """Build the chain for the pieces between the `*` of a pattern; empty ones at free ends.

        Args:
            pieces: characters of each piece.
            expansions: symbols that say several characters each, as `œ` says `oe`.

        """
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
        # `ß` says `s` twice beside free ends, and is as likely as one
        return cls(tuple(chain), tuple(dict.fromkeys(_shortcuts(chain, expansions or {}))))

    @property
    def symbols(self) -> tuple[int, ...]:
        """Symbol of each state, those of the shortcuts last."""
        return (*self.chain, *(shortcut.symbol for shortcut in self.shortcuts))

    @cached_property
    def stays(self) -> NDArray[np.float32]:
        """1 where a state may last, 0 for a character before a free state.

        Whatever follows such a character belongs to the free state, and must not be counted twice.
        """
        ends = [a > 0 and b == FREE for a, b in pairwise((*self.chain, BLANK))]
        ends += [ends[shortcut.last] for shortcut in self.shortcuts]
        return 1 - np.array(ends, np.float32)[:, None]

    @cached_property
    def skips(self) -> NDArray[np.float32]:
        """1 where a character may follow the one before last state without a pause."""
        before = (BLANK, BLANK, *self.chain)
        return np.array(
            [s > 0 and b > 0 and s != b for s, b in zip(self.chain, before, strict=False)],
            np.float32,
        )[:, None]

    @cached_property
    def moves(self) -> list[tuple[int, int]]:
        """From which state to which one may move over a shortcut, where the chain does not lead."""
        size = len(self.chain)
        found = []
        for state, shortcut in enumerate(self.shortcuts, start=size):
            found += [(place, state) for place in range(max(0, shortcut.first - 2), shortcut.first)]
            found += [(state, place) for place in range(shortcut.last + 1, size)[:2]]
            found += [
                (state, other)
                for other, following in enumerate(self.shortcuts, start=size)
                if following.first == shortcut.last + 2 and following.symbol != shortcut.symbol
            ]
        return found

    @cached_property
    def afresh(self) -> list[tuple[int, int]]:
        """Free states, and the characters that follow them: they begin where none stood before."""
        firsts = list(enumerate(self.chain))
        firsts += [(s.first, s.symbol) for s in self.shortcuts]
        return [
            (place - 1, state)
            for state, (place, symbol) in enumerate(firsts)
            if symbol > 0 and self.chain[place - 1] == FREE
        ]


def _shortcuts(chain: Sequence[int], expansions: Mapping[int, Sequence[int]]) -> Iterator[Shortcut]:
    """Where a symbol may stand for characters of one piece, or reach beyond a free end of it."""
    for piece in _pieces(chain) if expansions else ():
        free_before = chain[piece[0] - 1] == FREE
        free_behind = chain[piece[-1] + 1] == FREE
        for symbol, said in expansions.items():
            first = 1 - len(said) if free_before else 0
            last = len(piece) - (1 if free_behind else len(said))
            for start in range(first, last + 1):
                places = piece[max(0, start) : start + len(said)]
                if [chain[p] for p in places] == list(said[max(0, -start) :][: len(places)]):
                    yield Shortcut(places[0], places[-1], symbol)


def _pieces(chain: Sequence[int]) -> Iterable[list[int]]:
    """Places of the characters between the free states."""
    pieces: list[list[int]] = [[]]
    for place, symbol in enumerate(chain):
        if symbol == FREE:
            pieces.append([])
        elif symbol != BLANK:
            pieces[-1].append(place)
    return filter(None, pieces)


def forward(
    emitted: NDArray[np.float32], frames: NDArray[np.intp], states: States, rows: Sequence[int]
) -> NDArray[np.float64]:
    """Probability of a pattern under each of N words, the longest first.

    With free ends: the expected number of times, at most 1.
    Source: Graves et al. 2006, section 4.1; the shortcuts are ours.

    Args:
        emitted: probabilities [rows, cells] of some symbols; the cells of frame 0 of all words,
            then those of frame 1 of the words that have one, and so on.
        frames: frames of each word [N], falling.
        states: the pattern.
        rows: row of `emitted` for each of the states' symbols.

    """
    size = len(states.chain)
    alpha = np.zeros((len(rows), len(frames)), np.float32)
    begin = [0, 1, *(size + i for i, s in enumerate(states.shortcuts) if s.first == 1)]
    for state in begin:
        alpha[state] = emitted[rows[state], : len(frames)]
    before, at = np.int64(0), np.int64(len(frames))
    for t in range(1, int(frames.max(initial=1))):
        going = int(np.searchsorted(-frames, -t))  # words with more than t frames come first
        was = alpha[:, :going]
        moved = was * states.stays
        moved[1:size] += was[: size - 1]
        moved[2:size] += was[: size - 2] * states.skips[2:]
        for source, target in states.moves:
            moved[target] += was[source]
        for free, state in states.afresh:
            moved[state] -= was[free] * emitted[rows[state], before : before + going]
        alpha[:, :going] = moved * emitted[rows, at : at + going]
        before, at = at, at + going
    ends = [size + i for i, s in enumerate(states.shortcuts) if s.last == size - 2]
    total = alpha[size - 2 : size].sum(axis=0) + alpha[ends].sum(axis=0)
    return np.asarray(np.minimum(total, 1.0), dtype=np.float64)
