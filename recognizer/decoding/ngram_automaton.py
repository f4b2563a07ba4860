"""A character n-gram model as an automaton: back-off is resolved once for each context."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from recognizer.decoding.automaton import Automaton
from recognizer.decoding.rows import Rows, columns
from recognizer.decoding.trie import ROOT, TextTrie, Trie

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from recognizer.decoding.automaton import State
    from recognizer.posteriors.charset import Charset

    Floats = NDArray[np.float64]
    Integers = NDArray[np.intp]


@dataclass(frozen=True)
class Contexts:
    """The n-grams of a model as nodes of a trie, with what no alphabet changes.

    Attributes:
        trie: n-grams and their beginnings.
        seen: nodes that are n-grams, not just beginnings of some [nodes].
        factors: factor of an n-gram's last character after the others [nodes].
        backoffs: factor of going on from the shorter context, 1 if none is given [nodes].
        shorter: the longest other node that is an end of each node's text [nodes]; the root's own.
        goes_on: nodes that the next character may depend on [nodes].
        ends: factor of a text's end after each node [nodes].
        bounds: at least the highest factor of any character after each node [nodes].
        start: the node of the empty text [1].
        unknown: factor of a character that the model does not contain [1].

    """

    trie: Trie
    seen: NDArray[np.bool_]
    factors: Floats
    backoffs: Floats
    shorter: Integers
    goes_on: NDArray[np.bool_]
    ends: Floats
    bounds: Floats
    start: Integers
    unknown: Floats

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]]) -> Contexts:
        """The contexts of `arrays`."""
        own = dict(arrays)
        return cls(Trie(*(own.pop(name) for name in ("alphabet", "characters", "counts"))), **own)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The contexts as arrays by name."""
        own: dict[str, NDArray[Any]] = {k: v for k, v in vars(self).items() if k != "trie"}
        return self.trie.arrays() | own

    def last_factors(self, ngrams: Sequence[str]) -> Floats:
        """Factor of the last character of each n-gram after the others [ngrams]."""
        longest = max(map(len, ngrams), default=0)
        # what fills shorter ones is in no model
        places = self.trie.places("".join(ngram.rjust(longest, "\0") for ngram in ngrams))
        places = places.reshape(len(ngrams), longest)
        result, rest = np.ones(len(ngrams)), np.arange(len(ngrams))
        for first in range(longest):
            node = before = np.zeros(len(rest), dtype=np.intp)
            for column in places[rest, first:].T:
                before = node
                node = np.where(node < 0, -1, self.trie.child(node, column))
            found = (node >= 0) & self.seen[node]
            result[rest[found]] *= self.factors[node[found]]
            known = ~found & (before >= 0)
            result[rest[known]] *= self.backoffs[before[known]]
            rest = rest[~found]
        result[rest] *= self.unknown
        return result


def compiled(
    factors: Mapping[str, float], backoffs: Mapping[str, float], tokens: tuple[str, str, str]
) -> Contexts:
    """Contexts from factors by n-gram, and the characters before, behind and instead of others."""
    start, end, unknown = tokens
    texts = [*factors, *(text for text in backoffs if text not in factors)]
    trie = TextTrie(texts)
    node = dict(zip(texts, trie.ends.tolist(), strict=True))
    seen = np.zeros(len(trie), dtype=bool)
    own, weights = np.zeros(len(trie)), np.ones(len(trie))
    given = trie.ends[: len(factors)]
    seen[given], own[given] = True, list(factors.values())
    weights[[node[text] for text in backoffs]] = list(backoffs.values())
    has_children = trie.first_children[:-1] < trie.first_children[1:]
    # the model reads no further back than its longest n-grams reach
    goes_on = (has_children | (weights != 1.0)) & (trie.depths < trie.depths[-1])
    shorter = _shorter(trie)
    ends = np.full(len(trie), factors[unknown])
    bounds = np.maximum(1.0, ends)
    for nodes in (np.arange(*level) for level in trie.levels):
        if nodes[0] != ROOT:
            ends[nodes] = ends[shorter[nodes]] * weights[nodes]
            bounds[nodes] = np.maximum(1.0, bounds[shorter[nodes]] * weights[nodes])
        children, owners = trie.children(nodes)
        given = seen[children]
        children, parents = children[given], nodes[owners[given]]
        np.maximum.at(bounds, parents, own[children])
        last = trie.characters[children] == trie.places(end)[0]
        ends[parents[last]] = own[children[last]]
    begin = trie.child(np.array([ROOT]), trie.places(start))
    first = np.where((begin >= 0) & goes_on[begin], begin, ROOT)
    unseen = np.array([factors[unknown]])
    return Contexts(trie, seen, own, weights, shorter, goes_on, ends, bounds, first, unseen)


def _shorter(trie: TextTrie) -> Integers:
    found = np.zeros(len(trie), dtype=np.intp)
    for first, end in trie.levels[2:]:
        nodes = np.arange(first, end)
        context = found[trie.parents[nodes]]
        while len(nodes):
            child = trie.child(context, trie.characters[nodes])
            found[nodes] = child.clip(min=ROOT)
            rest = (child < 0) & (context != ROOT)
            nodes, context = nodes[rest], found[context[rest]]
    return found


class NgramAutomaton(Automaton):
    """Scores texts by an n-gram model.

    A state is where the row of a context starts, and the score until then. A row holds the factor
    of each character; that of the end in the column of the blank, and last the bound.
    """

    def __init__(self, contexts: Contexts, charset: Charset) -> None:
        """Take a model and an alphabet; signs do not change the score."""
        self._contexts = contexts
        self._column, characters = columns(charset)
        self._width = len(characters) + 2
        self._signs = np.flatnonzero([False, *(not c.isalnum() for c in characters), False])
        place = contexts.trie.places(characters)
        self._column_of = np.zeros(int(contexts.trie.characters.max()) + 1, dtype=np.intp)
        self._column_of[place[place >= 0]] = np.flatnonzero(place >= 0) + 1
        self._rows = Rows(len(contexts.trie), self._width, (np.float64, np.int32))

    def start(self, count: int) -> State:
        """See `Automaton`."""
        self._rows.trim()
        return self._rows.made(self._contexts.start.repeat(count), self._make), np.ones(count)

    def extend(self, state: State, texts: Integers, labels: Integers) -> State:
        """See `Automaton`."""
        place = state[0].take(texts) + self._column.take(labels)
        factors, following = self._rows.tables
        score = state[1].take(texts) * factors.take(place)
        return self._rows.made(following.take(place), self._make), score

    def longer_prefix_scores(self, state: State, texts: Integers, labels: Integers) -> Floats:
        """See `Automaton`."""
        place = state[0].take(texts) + self._column.take(labels)
        scores: Floats = state[1].take(texts) * self._rows.tables[0].take(place)
        return scores

    def prefix_scores(self, state: State) -> Floats:
        """See `Automaton`."""
        scores: Floats = state[1]
        return scores

    def bounds(self, state: State) -> Floats:
        """See `Automaton`."""
        bounds: Floats = self._rows.tables[0].take(state[0] + (self._width - 1)) * state[1]
        return bounds

    def scores(self, state: State) -> Floats:
        """See `Automaton`."""
        scores: Floats = self._rows.tables[0].take(state[0]) * state[1]
        return scores

    def _make(self, nodes: Integers) -> None:
        """Make the rows of nodes: that of the shorter context, backed off, and the own n-grams."""
        contexts = self._contexts
        if nodes[0] == ROOT:
            self._add(
                nodes[:1],
                np.full((1, self._width), contexts.unknown[0]),
                np.full((1, self._width), ROOT),
            )
            nodes = nodes[1:]
        if not len(nodes):
            return
        shorter = contexts.shorter[nodes]
        missing = shorter[self._rows.of(shorter) < 0]
        if len(missing):
            self._make(np.unique(missing))
            nodes = nodes[self._rows.of(nodes) < 0]
            shorter = contexts.shorter[nodes]
        base = self._rows.of(shorter) // self._width
        factors, following = (table.reshape(-1, self._width)[base] for table in self._rows.tables)
        self._add(nodes, factors * contexts.backoffs[nodes, None], following)

    def _add(self, nodes: Integers, factors: Floats, following: Integers) -> None:
        contexts = self._contexts
        children, owners = contexts.trie.children(nodes)
        column = self._column_of[contexts.trie.characters[children]]
        known = np.flatnonzero((column > 0) & contexts.seen[children])
        factors[owners[known], column[known]] = contexts.factors[children[known]]
        longer = np.flatnonzero((column > 0) & contexts.goes_on[children])
        following[owners[longer], column[longer]] = children[longer]
        factors[:, self._signs] = 1.0
        factors[:, 0], factors[:, -1] = contexts.ends[nodes], contexts.bounds[nodes]
        self._rows.add(nodes, factors, following)
