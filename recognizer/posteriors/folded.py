"""Probability that packed words say a text, and upper bounds of it. Only numpy.

Search needs this without torch.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from recognizer.posteriors.ctc_forward import BLANK, FREE, States, forward
from recognizer.posteriors.folding import FOLDED, OTHER
from recognizer.posteriors.packing import FIRST, STEPS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from recognizer.posteriors.folding import FoldedAlphabet

_PROBABILITIES = np.exp(np.arange(256) / -STEPS).astype(np.float32)
"""Probability of each quantised level."""

_UNSEEN = 1e-3
"""Probability of a symbol that was too unlikely to be kept: the network is over-confident."""


@dataclass(frozen=True)
class CharacterBounds:
    """Upper bounds of each word [N, len(FOLDED)]: a text that it says is no likelier than these.

    Attributes:
        contained: probability that the character stands in the word at all.
        begins: probability that the word begins with it.
        ends: probability that the word ends with it.

    The probability of several different characters is at most the product of their `contained`,
    for each frame writes only one of them; a label that says several counts for each of them with
    a root of its probability, so that it holds for these as well.

    """

    contained: NDArray[np.float32]
    begins: NDArray[np.float32]
    ends: NDArray[np.float32]


@dataclass(frozen=True)
class RequiredCharacters:
    """Characters that a word must hold to say a pattern, as columns of CharacterBounds.

    Attributes:
        contained: all of them, rising.
        begins: what the word must begin with; None where the pattern is free.
        ends: what it must end with; None where the pattern is free.

    """

    contained: list[int]
    begins: int | None
    ends: int | None

    @classmethod
    def of(cls, pattern: str) -> RequiredCharacters | None:
        """What `pattern` requires; None if no word can say it."""
        columns = {character: FOLDED.find(character) for character in pattern.replace("*", "")}
        if not columns or -1 in columns.values():
            return None
        return cls(sorted(columns.values()), columns.get(pattern[0]), columns.get(pattern[-1]))


class FoldedPosteriors:
    """A batch of packed words as probabilities of folded characters."""

    def __init__(
        self, raw: NDArray[np.uint8], lengths: NDArray[np.intp], alphabet: FoldedAlphabet
    ) -> None:
        """Unpack words that lie one behind the other in `raw`, `lengths` bytes each."""
        symbols = lengths // 2
        # each word's levels stand behind its labels
        halves = np.tile([True, False], len(symbols))
        is_label = np.repeat(halves, np.repeat(symbols, 2))
        self._coded, self._levels = raw[is_label], raw[~is_label]
        begun = np.cumsum(self._coded >= FIRST, dtype=np.int32)
        self._frame = begun - 1
        ended = np.concatenate([[0], begun])[np.cumsum(symbols)]
        self.frames = np.diff(ended, prepend=0).astype(np.intp)
        self._start = ended - self.frames
        self._word = np.repeat(np.arange(len(lengths), dtype=np.int32), self.frames)
        self._alphabet = alphabet
        coded = np.flatnonzero(np.bincount(self._coded, minlength=256))
        held = set(alphabet.classes[coded].tolist())
        # what no word holds need not be looked for: an alphabet has many, and a word hardly any
        self._expansions = {
            expanded: said
            for expanded, said in enumerate(alphabet.expansions, OTHER + 1)
            if expanded in held
        }

    def score(self, pattern: str) -> NDArray[np.float64]:
        """Probability that each word says a text (folded: see FOLDED), with `*` for anything.

        CTC forward algorithm, summed over case, and over signs by letting them count as blanks.
        A pattern with other characters, or with none, scores 0. A label that folds to several
        characters says them all at once, also at the free ends of a pattern, but not across a `*`
        within it.
        """
        scores = np.zeros(len(self.frames))
        required = RequiredCharacters.of(pattern)
        if required is None:
            return scores
        pieces = [[FOLDED.index(c) + 1 for c in piece] for piece in pattern.split("*")]
        states = States.of(pieces, self._expansions)
        # longest words first, so that those that have ended can be left behind
        order = np.argsort(-self.frames, kind="stable")[: np.count_nonzero(self.frames)]
        classes = [BLANK, *(column + 1 for column in required.contained)]
        classes += dict.fromkeys(shortcut.symbol for shortcut in states.shortcuts)
        emitted = self._emitted(classes, order)
        rows = [[FREE, *classes].index(symbol) for symbol in states.symbols]
        scores[order] = forward(emitted, self.frames[order], states, rows)
        return scores

    def _emitted(self, classes: Sequence[int], order: NDArray[np.intp]) -> NDArray[np.float32]:
        """A row of ones, then one of probabilities for each class; cells as `forward` has them."""
        lengths = self.frames[order]
        # how many words go on at each frame number, and where its cells begin
        going = np.searchsorted(-lengths, -np.arange(lengths.max(initial=0)), side="left")
        first = np.cumsum(going) - going
        rank = np.empty(len(self.frames), np.int32)
        rank[order] = np.arange(len(order), dtype=np.int32)
        cells = len(self._word)
        cell = rank[self._word] + first[np.arange(cells) - self._start[self._word]]
        row = np.full(self._alphabet.size, -1, np.min_scalar_type(-len(classes)))
        row[list(classes)] = np.arange(len(classes))
        rows = row[self._alphabet.classes][self._coded]
        wanted = np.flatnonzero(rows >= 0)
        place = rows[wanted].astype(np.intp) * cells + cell[self._frame[wanted]]
        emitted = np.full((len(classes) + 1) * cells, _UNSEEN, np.float32)
        emitted[:cells] = 1.0
        np.add.at(emitted, place + cells, _PROBABILITIES[self._levels[wanted]])
        return np.minimum(emitted, 1.0, out=emitted).reshape(len(classes) + 1, cells)

    def bounds(self) -> CharacterBounds:
        """What each word holds, begins and ends with; see CharacterBounds."""
        size = len(self.frames), self._alphabet.size
        folded = self._alphabet.classes[self._coded]
        cell = self._word[self._frame] * size[1] + folded
        chance = np.minimum(_PROBABILITIES[self._levels], 1 - 1e-6)
        absent = np.bincount(cell, np.log1p(-self._rooted(chance, folded)), math.prod(size))
        absent = absent.reshape(size)
        begins, ends = (
            np.bincount(cell, chance * silence[self._frame], math.prod(size)).reshape(size)
            for silence in self._silence(chance * (folded == BLANK))
        )
        for expanded, said in self._expansions.items():
            for character in dict.fromkeys(said):
                absent[:, character] += absent[:, expanded]
            begins[:, said[0]] += begins[:, expanded]
            ends[:, said[-1]] += ends[:, expanded]
        each = (a[:, 1:OTHER].astype(np.float32) for a in (-np.expm1(absent), begins, ends))
        return CharacterBounds(*each)

    def _rooted(self, chance: NDArray[np.float32], folded: NDArray[np.intp]) -> NDArray[np.float32]:
        """Probabilities of symbols; of one that says k characters the k-th root."""
        if not self._expansions:
            return chance
        roots = np.ones(self._alphabet.size, np.float32)
        roots[OTHER + 1 :] = [1 / len(said) for said in self._alphabet.expansions]
        return np.asarray(chance ** roots[folded], np.float32)

    def _silence(
        self, blank: NDArray[np.float32]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Probability of nothing but blanks before each frame, and behind it; `blank` by symbol."""
        frames = np.bincount(self._frame, blank, len(self._word))
        level = np.concatenate([[0.0], np.cumsum(np.log(np.minimum(frames + _UNSEEN, 1.0)))])
        ends = level[(self._start + self.frames)[self._word]]
        return np.exp(level[:-1] - level[self._start[self._word]]), np.exp(ends - level[1:])
