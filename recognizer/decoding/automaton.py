"""Priors over texts, and the automata that score all texts of a beam by them at once."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from recognizer.posteriors.charset import ASCII, Charset

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.intp]

State: TypeAlias = "tuple[NDArray[Any], ...]"
"""What an automaton knows of some texts, arrays [texts]."""


class Automaton(ABC):
    """Walks through texts of one alphabet label by label, and scores them by a prior.

    A score multiplies a text's probability (shallow fusion). Beginnings are scored as well, to
    rank the unfinished texts of a beam.
    """

    @abstractmethod
    def start(self, count: int) -> State:
        """The state of `count` empty texts, before anything else of a batch."""

    @abstractmethod
    def extend(self, state: State, texts: Integers, labels: Integers) -> State:
        """The state of longer texts: those at the places `texts` of a state, and a label each.

        No label is the blank.
        """

    @abstractmethod
    def longer_prefix_scores(self, state: State, texts: Integers, labels: Integers) -> Floats:
        """The `prefix_scores` that `extend` would lead to: most candidates of a beam are not kept."""

    @abstractmethod
    def prefix_scores(self, state: State) -> Floats:
        """Score of each text as the beginning of another; 1 for the empty text."""

    @abstractmethod
    def bounds(self, state: State) -> Floats:
        """At least the highest of `prefix_scores` that each text may `extend` to."""

    @abstractmethod
    def scores(self, state: State) -> Floats:
        """Score of each text, if it is complete."""


class Prior(ABC):
    """Scores texts without the image; a score multiplies a text's probability (shallow fusion)."""

    def __init__(self) -> None:
        """Keep the automata of the alphabets that were read last."""
        self.automaton = lru_cache(4)(self.compiled)

    @abstractmethod
    def compiled(self, charset: Charset) -> Automaton:
        """The automaton that scores texts of an alphabet; `automaton` makes it only once."""

    def score(self, text: str) -> float:
        """Factor > 0 on the probability of the complete `text`; 1 changes nothing."""
        automaton, state = self._walked(text)
        return float(automaton.scores(state)[0])

    def prefix_score(self, start: str) -> float:
        """The same for the beginning of a text, to rank the unfinished texts of a beam."""
        automaton, state = self._walked(start)
        return float(automaton.prefix_scores(state)[0])

    def _walked(self, text: str) -> tuple[Automaton, State]:
        charset = Charset("".join(dict.fromkeys(text)) or ASCII)
        automaton, first = self.compiled(charset), np.array([0])
        state = automaton.start(1)
        for label in charset.encode(text):
            state = automaton.extend(state, first, np.array([label]))
        return automaton, state


class Combination(Automaton):
    """Several automata whose scores are combined by a function that grows with each of them."""

    def __init__(self, parts: Sequence[Automaton]) -> None:
        """Let all of `parts` walk through the same texts."""
        self._parts = parts
        ends = np.cumsum([0, *(len(part.start(0)) for part in parts)]).tolist()
        self._slices = [slice(*ends[place : place + 2]) for place in range(len(parts))]

    @abstractmethod
    def combined(self, scores: Sequence[Floats]) -> Floats:
        """One score from those of the parts."""

    def start(self, count: int) -> State:
        """See `Automaton`."""
        return tuple(array for part in self._parts for array in part.start(count))

    def extend(self, state: State, texts: Integers, labels: Integers) -> State:
        """See `Automaton`."""
        grown = (part.extend(own, texts, labels) for part, own in self._each(state))
        return tuple(array for own in grown for array in own)

    def longer_prefix_scores(self, state: State, texts: Integers, labels: Integers) -> Floats:
        """See `Automaton`."""
        return self.combined(
            [part.longer_prefix_scores(own, texts, labels) for part, own in self._each(state)]
        )

    def prefix_scores(self, state: State) -> Floats:
        """See `Automaton`."""
        return self.combined([part.prefix_scores(own) for part, own in self._each(state)])

    def bounds(self, state: State) -> Floats:
        """See `Automaton`."""
        return self.combined([part.bounds(own) for part, own in self._each(state)])

    def scores(self, state: State) -> Floats:
        """See `Automaton`."""
        return self.combined([part.scores(own) for part, own in self._each(state)])

    def _each(self, state: State) -> Iterator[tuple[Automaton, State]]:
        return ((part, state[own]) for part, own in zip(self._parts, self._slices, strict=True))
