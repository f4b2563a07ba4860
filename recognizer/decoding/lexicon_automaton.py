"""A word list as an automaton: two walks through a trie, of the whole text and of its parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from recognizer.decoding.automaton import Automaton
from recognizer.decoding.rows import Rows, columns
from recognizer.decoding.trie import ROOT, Trie

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from recognizer.charset import Charset
    from recognizer.decoding.automaton import State

    Floats = NDArray[np.float64]
    Integers = NDArray[np.intp]

_UPPER = frozenset(map(chr, [*range(0x41, 0x5B), *range(0xC0, 0xD7), *range(0xD8, 0xDF)]))
"""Capitals of Latin-1."""

_LOWER = frozenset(map(chr, [*range(0x61, 0x7B), *range(0xDF, 0xF7), *range(0xF8, 0x100)]))
"""Small letters of Latin-1."""

_OTHER, _CAPITAL, _SMALL = range(3)
"""Kinds of symbols."""

_BETWEEN, _ONE_CAPITAL, _CAPITALS, _LETTERS = range(4)
"""What the part at the end of a text is: none, a capital, several, or letters with a small one."""

_NOWHERE, _START, _GO_ON, _LAST_CAPITAL = range(4)
"""Where the node of a part comes from: no part, a new one, the same one, or the last capital of a
run of them, which a small letter takes with it (`HTTPRequest`)."""

_NOTHING, _PART, _RUN = range(3)
"""What part is complete: none, that at the end, or that without its last capital."""

_MOVES = np.array(
    [
        # other                         capital                          small letter
        [
            (_NOWHERE, _NOTHING, _BETWEEN),
            (_START, _NOTHING, _ONE_CAPITAL),
            (_START, _NOTHING, _LETTERS),
        ],
        [(_NOWHERE, _PART, _BETWEEN), (_GO_ON, _NOTHING, _CAPITALS), (_GO_ON, _NOTHING, _LETTERS)],
        [
            (_NOWHERE, _PART, _BETWEEN),
            (_GO_ON, _NOTHING, _CAPITALS),
            (_LAST_CAPITAL, _RUN, _LETTERS),
        ],
        [(_NOWHERE, _PART, _BETWEEN), (_START, _PART, _ONE_CAPITAL), (_GO_ON, _NOTHING, _LETTERS)],
    ]
)
_SOURCE, _COMPLETE, _AFTER = (np.ascontiguousarray(_MOVES[..., n].ravel()) for n in range(3))
"""Source of the node, complete part and next end, by the end of a text and the kind of a symbol."""

_MAX_DEPTH = 200
"""Letters of a word that count: powers of more overflow."""


class WordTree:
    """The words of a list as nodes of a trie; the last node is that of all that is not listed.

    Attributes:
        trie: the words.
        words: what a complete text gains that ends at a node [nodes + 1].
        starts: what the beginning of a text gains at most [nodes + 1].
        next_starts: the highest of `starts` of a node and of its children [nodes + 1].

    """

    def __init__(self, factors: Mapping[str, float], letter: float) -> None:
        """Take factors of words, and the factor of each letter."""
        self.trie = trie = Trie(list(factors))
        depths = np.minimum(trie.depths, _MAX_DEPTH)
        size = letter ** depths.astype(np.float64) * (trie.depths > 1)
        own, best = np.zeros(len(trie)), np.zeros(len(trie))
        own[trie.ends] = list(factors.values())
        best[:] = own
        for first, end in reversed(trie.levels[1:]):
            np.maximum.at(best, trie.parents[first:end], best[first:end])
        starts = best * size
        highest = starts.copy()
        np.maximum.at(highest, trie.parents, starts)
        self.words, self.starts, self.next_starts = (
            np.append(values, 0.0) for values in (own * size, starts, highest)
        )

    @property
    def unlisted(self) -> int:
        """The node of all texts that are no beginning of a word."""
        return len(self.trie)


class LexiconAutomaton(Automaton):
    """Scores texts by a word list.

    A state is: the node of the letters and digits of the whole text, the node of the part at its
    end, that of the part without its last symbol, that of its last capital alone, what the end is,
    the number of complete parts, the product of their scores, and the score of the text.
    """

    def __init__(self, tree: WordTree, charset: Charset) -> None:
        """Take a list and an alphabet."""
        self._tree, trie = tree, tree.trie
        self._column, characters = columns(charset)
        self._width = len(characters) + 1
        kinds = [
            _CAPITAL if c in _UPPER else _SMALL if c in _LOWER else _OTHER for c in charset.symbols
        ]
        self._kind = np.array([_OTHER, *kinds])
        self._signs = np.flatnonzero([True, *(not c.isalnum() for c in characters)])
        place = trie.places(characters)
        self._column_of = np.zeros(int(trie.characters.max()) + 1, dtype=np.intp)
        self._column_of[place[place >= 0]] = np.flatnonzero(place >= 0) + 1
        single = trie.child(np.zeros(len(place), dtype=np.intp), place)
        self._singles = np.array([tree.unlisted, *np.where(single < 0, tree.unlisted, single)])
        self._rows = Rows(len(trie) + 1, self._width, (np.int32,))

    def start(self, count: int) -> State:
        """See `Automaton`."""
        self._rows.trim()
        nodes = np.full(count, self._tree.unlisted)
        whole = np.full(count, ROOT)
        ends, number = np.full(count, _BETWEEN), np.zeros(count, dtype=np.intp)
        return whole, nodes, nodes, nodes, ends, number, np.ones(count), np.ones(count)

    def extend(self, state: State, texts: Integers, labels: Integers) -> State:
        """See `Automaton`."""
        whole, part, before, last, end, number, closed, _ = (array[texts] for array in state)
        tree, column, kind = self._tree, self._column[labels], self._kind[labels]
        move = end * 3 + kind
        source, complete, after = _SOURCE[move], _COMPLETE[move], _AFTER[move]
        base = np.where(source == _GO_ON, part, np.where(source == _LAST_CAPITAL, last, ROOT))
        base[source == _NOWHERE] = tree.unlisted
        whole, grown = self._children(whole, base, column)
        capital = np.where(kind == _CAPITAL, self._singles[column], tree.unlisted)
        gain = np.where(complete == _PART, tree.words[part], 0.0)
        gain = np.where(complete == _RUN, tree.words[before], gain)
        closed = closed * (1.0 + gain)
        number = number + (complete != _NOTHING)
        score = 1.0 + tree.starts[whole]
        several = number + (after != _BETWEEN) > 1
        score = np.where(several, np.maximum(score, closed * (1.0 + tree.starts[grown])), score)
        return whole, grown, part, capital, after, number, closed, score

    def prefix_scores(self, state: State) -> Floats:
        """See `Automaton`."""
        scores: Floats = state[-1]
        return scores

    def bounds(self, state: State) -> Floats:
        """See `Automaton`."""
        whole, part, before, last, end, _, closed, _ = state
        tree = self._tree
        gain = 1.0 + tree.next_starts[part]
        run = (1.0 + tree.words[before]) * (1.0 + tree.next_starts[last])
        gain = np.where(end == _CAPITALS, np.maximum(gain, run), gain)
        bounds: Floats = np.maximum(1.0 + tree.next_starts[whole], closed * gain)
        return bounds

    def scores(self, state: State) -> Floats:
        """See `Automaton`."""
        whole, part, _, _, end, number, closed, _ = state
        score = 1.0 + self._tree.words[whole]
        several = number + (end != _BETWEEN) > 1
        parts = closed * (1.0 + self._tree.words[part])
        return np.where(several, np.maximum(score, parts), score)

    def _children(
        self, whole: Integers, base: Integers, column: Integers
    ) -> tuple[Integers, Integers]:
        """The nodes that follow two groups of nodes by the same columns."""
        nodes, count = np.concatenate([whole, base]), len(whole)
        row = self._rows.of(nodes)
        if (row < 0).any():
            self._make(np.unique(nodes[row < 0]))
            row = self._rows.of(nodes)
        row *= self._width
        row[:count] += column
        row[count:] += column
        found = self._rows.tables[0].reshape(-1)[row].astype(np.intp)
        return found[:count], found[count:]

    def _make(self, nodes: Integers) -> None:
        trie = self._tree.trie
        following = np.full((len(nodes), self._width), self._tree.unlisted)
        listed = nodes[nodes < len(trie)]
        children, owners = trie.children(listed)
        following[owners, self._column_of[trie.characters[children]]] = children
        following[:, self._signs] = nodes[:, None]
        self._rows.add(nodes, following)
