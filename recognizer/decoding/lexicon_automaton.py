"""A word list as an automaton: two walks through a trie, of the whole text and of its parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from recognizer.decoding.automaton import Automaton
from recognizer.decoding.rows import Rows, columns
from recognizer.decoding.trie import ROOT, TextTrie, Trie

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from recognizer.decoding.automaton import State
    from recognizer.posteriors.charset import Charset

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
_NUMBER = np.arange(3).repeat(12)
"""Complete parts of a text (2: two or more), by code: 12 for each, 3 for each end, 1 for each kind
of symbol that follows."""

_SOURCE, _COMPLETE, _AFTER = (np.tile(_MOVES[..., n].ravel(), 3) for n in range(3))
"""Source of the node, complete part and next end, by code."""

_NEXT_NUMBER = np.minimum(_NUMBER + (_COMPLETE != _NOTHING), 2)

_NEXT_CODE = _NEXT_NUMBER * 12 + _AFTER * 3

_BECOMES_SEVERAL = _NEXT_NUMBER + (_AFTER != _BETWEEN) > 1
"""Whether the longer text has several parts, by code."""

_END = np.arange(36) // 3 % 4

_IS_SEVERAL = _NUMBER + (_END != _BETWEEN) > 1
"""Whether the text itself has, by code without a symbol."""

_IS_RUN = _END == _CAPITALS

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

    def __init__(self, trie: Trie, words: Floats, starts: Floats, next_starts: Floats) -> None:
        """Take what `made` made."""
        self.trie, self.words, self.starts, self.next_starts = trie, words, starts, next_starts

    @classmethod
    def made(cls, factors: Mapping[str, float], letter: float) -> WordTree:
        """Make a tree from factors of words, and the factor of each letter."""
        trie = TextTrie(list(factors))
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
        return cls(trie, *(np.append(values, 0.0) for values in (own * size, starts, highest)))

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]]) -> WordTree:
        """The tree of `arrays`."""
        trie = Trie(arrays["alphabet"], arrays["characters"], arrays["counts"])
        return cls(trie, arrays["words"], arrays["starts"], arrays["next_starts"])

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The tree as arrays by name."""
        own = {"words": self.words, "starts": self.starts, "next_starts": self.next_starts}
        return self.trie.arrays() | own

    @property
    def unlisted(self) -> int:
        """The node of all texts that are no beginning of a word."""
        return len(self.trie)


class LexiconAutomaton(Automaton):
    """Scores texts by a word list.

    A state is: where the rows start of the letters and digits of the whole text, of the part at its
    end, and of its last capital alone; what the part without its last symbol gains as a word, the
    code of the end and of the number of complete parts, the product of their scores, and the
    score of the text. A row holds what each longer text gains at most; what the text itself gains as
    a word in the column of the blank, and last the highest.
    """

    def __init__(self, tree: WordTree, charset: Charset) -> None:
        """Take a list and an alphabet."""
        self._tree, trie = tree, tree.trie
        self._column, characters = columns(charset)
        self._width = len(characters) + 2
        kinds = [
            _CAPITAL if c in _UPPER else _SMALL if c in _LOWER else _OTHER for c in charset.symbols
        ]
        self._kind = np.array([_OTHER, *kinds])
        self._signs = np.flatnonzero([False, *(not c.isalnum() for c in characters), False])
        place = trie.places(characters)
        self._column_of = np.zeros(int(trie.characters.max()) + 1, dtype=np.intp)
        self._column_of[place[place >= 0]] = np.flatnonzero(place >= 0) + 1
        single = trie.child(np.zeros(len(place), dtype=np.intp), place)
        singles = np.array([tree.unlisted, *np.where(single < 0, tree.unlisted, single)])
        self._capitals = np.where(self._kind == _CAPITAL, singles[self._column], tree.unlisted)
        self._rows = Rows(len(trie) + 1, self._width, (np.float64, np.int32))
        self._root = self._nowhere = 0
        self._capital_rows = self._capitals

    def start(self, count: int) -> State:
        """See `Automaton`."""
        self._rows.trim()
        self._root, self._nowhere = self._rows.made(
            np.array([ROOT, self._tree.unlisted]), self._make
        ).tolist()
        self._capital_rows = self._rows.made(self._capitals, self._make)
        whole, none = np.full(count, self._root), np.full(count, self._nowhere)
        code = np.full(count, _BETWEEN * 3)
        return whole, none, none, np.zeros(count), code, np.ones(count), np.ones(count)

    def extend(self, state: State, texts: Integers, labels: Integers) -> State:
        """See `Automaton`."""
        whole, part, last, before, code, closed, _ = (array.take(texts) for array in state)
        gains, following = self._rows.tables
        column = self._column.take(labels)
        code += self._kind.take(labels)
        whole += column
        base = self._bases(code, part, last) + column
        before, closed = gains.take(part), self._closed(code, part, before, closed)
        score = 1.0 + gains.take(whole)
        several = _BECOMES_SEVERAL.take(code).nonzero()[0]
        parts = closed.take(several) * (1.0 + gains.take(base.take(several)))
        score[several] = np.maximum(score.take(several), parts)
        rows = self._rows.made(following.take(np.concatenate([whole, base])), self._make)
        whole, part = rows[: len(texts)], rows[len(texts) :]
        last = self._capital_rows.take(labels)
        return whole, part, last, before, _NEXT_CODE.take(code), closed, score

    def longer_prefix_scores(self, state: State, texts: Integers, labels: Integers) -> Floats:
        """See `Automaton`."""
        whole, part, last, before, code, closed, _ = state
        gains = self._rows.tables[0]
        column = self._column.take(labels)
        scores: Floats = 1.0 + gains.take(whole.take(texts) + column)
        code = code.take(texts) + self._kind.take(labels)
        several = _BECOMES_SEVERAL.take(code).nonzero()[0]
        texts, code = texts.take(several), code.take(several)
        part, last, before, closed = (a.take(texts) for a in (part, last, before, closed))
        base = self._bases(code, part, last) + column.take(several)
        parts = self._closed(code, part, before, closed) * (1.0 + gains.take(base))
        scores[several] = np.maximum(scores.take(several), parts)
        return scores

    def prefix_scores(self, state: State) -> Floats:
        """See `Automaton`."""
        scores: Floats = state[-1]
        return scores

    def bounds(self, state: State) -> Floats:
        """See `Automaton`."""
        whole, part, last, before, code, closed, _ = state
        gains, highest = self._rows.tables[0], self._width - 1
        gain = 1.0 + gains.take(part + highest)
        runs = _IS_RUN.take(code).nonzero()[0]
        run = (1.0 + before.take(runs)) * (1.0 + gains.take(last.take(runs) + highest))
        gain[runs] = np.maximum(gain.take(runs), run)
        bounds: Floats = np.maximum(1.0 + gains.take(whole + highest), closed * gain)
        return bounds

    def scores(self, state: State) -> Floats:
        """See `Automaton`."""
        whole, part, _, _, code, closed, _ = state
        gains = self._rows.tables[0]
        score, parts = 1.0 + gains.take(whole), closed * (1.0 + gains.take(part))
        return np.where(_IS_SEVERAL.take(code), np.maximum(score, parts), score)

    def _bases(self, code: Integers, part: Integers, last: Integers) -> Integers:
        """Where the rows start from which the parts at the ends of longer texts are reached."""
        source, bases = _SOURCE.take(code), part.copy()
        bases[source == _START] = self._root
        bases[source == _NOWHERE] = self._nowhere
        run = (source == _LAST_CAPITAL).nonzero()[0]
        bases[run] = last.take(run)
        return bases

    def _closed(self, code: Integers, part: Integers, before: Floats, closed: Floats) -> Floats:
        """The product of the scores of complete parts, of longer texts."""
        complete, closed = _COMPLETE.take(code), closed.copy()
        done = (complete == _PART).nonzero()[0]
        closed[done] *= 1.0 + self._rows.tables[0].take(part.take(done))
        run = (complete == _RUN).nonzero()[0]
        closed[run] *= 1.0 + before.take(run)
        return closed

    def _make(self, nodes: Integers) -> None:
        tree, trie = self._tree, self._tree.trie
        following = np.full((len(nodes), self._width), tree.unlisted)
        gains = np.zeros(following.shape)
        listed = nodes[nodes < len(trie)]
        children, owners = trie.children(listed)
        column = self._column_of[trie.characters[children]]
        following[owners, column], gains[owners, column] = children, tree.starts[children]
        following[:, self._signs] = nodes[:, None]
        gains[:, self._signs] = tree.starts[nodes, None]
        gains[:, 0], gains[:, -1] = tree.words[nodes], tree.next_starts[nodes]
        self._rows.add(nodes, gains, following)
