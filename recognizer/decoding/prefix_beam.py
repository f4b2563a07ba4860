"""CTC prefix beam search over many words at once, in arrays.

Source: prefix beam search of Graves & Jaitly 2014 (as laid out by Hannun et al. 2014). A step
takes one frame of every word; the texts of all beams lie behind one another in flat arrays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from recognizer.charset import BLANK

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from recognizer.decoding.automaton import Automaton, State
    from recognizer.decoding.frames import Frames

    Floats = NDArray[np.float64]
    Integers = NDArray[np.intp]

_HASH_FACTOR = np.uint64(0x9E3779B97F4A7C15)
"""Factor of the polynomial hash by which equal texts of a word find each other."""

_MARGIN = 1.0 - 1e-9
"""What rounding may take from a score."""

_SMALL_TABLE = 1 << 14
"""Scores in a table that is not worth splitting."""

_NOBODY = -1
"""Place of a parent that is not in the beam."""


@dataclass
class _Beams:
    """Unfinished texts, those of a word behind one another; each array is [texts].

    Attributes:
        word: place of the word.
        blank: probability of the paths that end in a blank.
        symbol: probability of the paths that end in the text's last symbol.
        last: label of that symbol, BLANK for the empty text.
        parent: place in the beam of the text without its last symbol, or _NOBODY.
        own: hash of word and text.
        above: the same of the text without its last symbol.
        node: number of the text in `_History`.
        state: of the automaton of the prior.

    """

    word: Integers
    blank: Floats
    symbol: Floats
    last: Integers
    parent: Integers
    own: NDArray[np.uint64]
    above: NDArray[np.uint64]
    node: Integers
    state: State

    def __len__(self) -> int:
        return len(self.word)

    def part(self, part: slice) -> _Beams:
        values = {name: v[part] for name, v in vars(self).items() if name != "state"}
        return _Beams(**values, state=tuple(array[part] for array in self.state))


class _History:
    """Every text that was ever in a beam: the text it grew from, and its last label."""

    def __init__(self, words: int) -> None:
        self._count = words
        self._parents = [np.full(words, _NOBODY)]
        self._labels = [np.full(words, BLANK)]

    def add(self, parents: Integers, labels: Integers) -> Integers:
        """Numbers of new texts."""
        self._parents.append(parents)
        self._labels.append(labels)
        self._count += len(parents)
        return np.arange(self._count - len(parents), self._count)

    def spelled(self, nodes: Integers, codes: NDArray[np.uint32]) -> list[str]:
        """The texts of nodes; `codes` are the code points of labels."""
        parents, labels = np.concatenate(self._parents), np.concatenate(self._labels)
        columns = []
        while (labels[nodes] != BLANK).any():
            columns.append(codes[labels[nodes]])
            nodes = np.where(labels[nodes] == BLANK, nodes, parents[nodes])
        if not columns:
            return [""] * len(nodes)
        # blanks of shorter texts are in front, and numpy drops zeros only from the end
        spelled = np.stack(columns, axis=1)
        lengths = np.count_nonzero(spelled, axis=1)
        places = np.arange(len(columns))
        places = (lengths[:, None] - 1 - places).clip(min=_NOBODY)
        spelled = np.where(places >= 0, np.take_along_axis(spelled, places, axis=1), 0)
        texts = np.ascontiguousarray(spelled).view(f"<U{len(columns)}")[:, 0]
        return list(map(str, texts.tolist()))


@dataclass(frozen=True)
class Found:
    """The best texts of words, in no order; each array is [texts].

    Attributes:
        word: place of the word.
        probability: CTC probability.
        score: score by the prior.

    """

    word: Integers
    probability: Floats
    score: Floats
    _node: Integers
    _history: _History
    _codes: NDArray[np.uint32]

    def texts(self, places: Integers) -> list[str]:
        """The texts themselves."""
        return self._history.spelled(self._node[places], self._codes)


def search(
    frames: Frames, codes: NDArray[np.uint32], width: int, automaton: Automaton | None
) -> Found:
    """The `width` best texts of each word of `frames`, or all that there are.

    Args:
        frames: of words.
        codes: code point of each label, 0 for the blank.
        width: texts that are kept of a word after each frame.
        automaton: of the prior, None for none.

    """
    counts = np.diff(frames.first)
    order = np.argsort(-counts, kind="stable")  # words that are done are always the last ones
    counts, first = counts[order], frames.first[order]
    walk = _Walk(frames, width, _History(len(order)), automaton)
    beams = walk.empty_texts(len(order))
    done: list[_Beams] = []
    for step in range(counts[0] if len(counts) else 0):
        active = np.searchsorted(-counts, -step)
        end = np.searchsorted(beams.word, active)
        if end < len(beams):
            done.append(beams.part(slice(end, None)))
            beams = beams.part(slice(0, end))
        beams = walk.step(beams, first[:active] + step)
    done.append(beams)
    word = np.concatenate([order[part.word] for part in done])
    total = np.concatenate([part.blank + part.symbol for part in done])
    nodes = np.concatenate([part.node for part in done])
    scores = np.ones(len(word))
    if automaton:
        scores = np.concatenate([automaton.scores(part.state) for part in done])
    return Found(word, total, scores, nodes, walk.history, codes)


@dataclass(frozen=True)
class _Grown:
    """Candidates that are a text of the beam and one more label; each array is [candidates].

    The state is that of more candidates, and `place` says where these are in it.
    """

    state: State
    place: Integers
    text: Integers
    label: Integers
    symbol: Floats
    score: Floats
    word: Integers

    def part(self, places: Integers) -> _Grown:
        state, *arrays = vars(self).values()
        return _Grown(state, *(array[places] for array in arrays))


@dataclass(frozen=True)
class _Walk:
    frames: Frames
    width: int
    history: _History
    automaton: Automaton | None

    def empty_texts(self, words: int) -> _Beams:
        seeds = np.arange(1, words + 1, dtype=np.uint64) * _HASH_FACTOR
        return _Beams(
            word=np.arange(words),
            blank=np.ones(words),
            symbol=np.zeros(words),
            last=np.full(words, BLANK),
            parent=np.full(words, _NOBODY),
            own=seeds ^ (seeds >> np.uint64(29)),
            above=np.zeros(words, dtype=np.uint64),
            node=np.arange(words),
            state=self.automaton.start(words) if self.automaton else (),
        )

    def step(self, beams: _Beams, rows: Integers) -> _Beams:
        """The beams after one more frame of every word, `rows` [words].

        A text stays as it is by the blank or another frame of its last symbol, or it grows.
        """
        frames = self.frames
        row, total = rows[beams.word], beams.blank + beams.symbol
        begin, place = frames.start[row], frames.place[row, beams.last].astype(np.intp)
        p_last = np.where(place > 0, frames.probabilities[begin + place], 0.0)
        blank, symbol = total * frames.probabilities[begin], beams.symbol * p_last
        # a text that is in the beam already gains what its parent spells
        known = np.flatnonzero((beams.parent >= 0) & (place > 0))
        parent = beams.parent[known]
        equal = beams.last[parent] == beams.last[known]  # can only follow a blank
        symbol[known] += np.where(equal, beams.blank[parent], total[parent]) * p_last[known]

        score = blank + symbol
        if self.automaton:
            score *= self.automaton.prefix_scores(beams.state)
        begins = _firsts(beams.word)
        sizes = np.bincount(beams.word)
        # what scores less than all texts of a full beam stays out
        floor = np.minimum.reduceat(score, begins) * _MARGIN
        floor[sizes < self.width] = 0.0
        grown = self._grown(beams, row, total, place, known, floor)
        stays, kept = self._best(score, beams.word, begins, sizes, grown)
        lost = np.bincount(beams.word[stays], minlength=len(rows)) == 0
        lost[grown.word[kept]] = False
        if lost.any():  # hundreds of flat frames underflow to 0; the text read until then stays
            again = np.flatnonzero(lost[beams.word])
            blank[again], symbol[again] = beams.blank[again], beams.symbol[again]
            stays = np.union1d(stays, again)
        return self._next(beams, stays, blank, symbol, grown.part(kept), frames.closing[rows])

    def _grown(
        self,
        beams: _Beams,
        row: Integers,
        total: Floats,
        place: Integers,
        known: Integers,
        floor: Floats,
    ) -> _Grown:
        """The longer texts of beams that score at least `floor` [words]."""
        frames = self.frames
        reach = total * self.automaton.bounds(beams.state) if self.automaton else total
        within = frames.likeliest[row] * reach[:, None] >= floor[beams.word][:, None]
        count = np.minimum(np.count_nonzero(within, axis=1), frames.size[row])
        own = count.cumsum() - count
        text = np.repeat(np.arange(len(beams)), count)
        entry = np.arange(len(text)) + np.repeat(frames.start[row] + 1 - own, count)
        label, p = frames.labels[entry], frames.probabilities[entry]
        symbol = total[text] * p
        twice = np.flatnonzero((place > 0) & (place <= count))
        at = own[twice] + place[twice] - 1
        symbol[at] = beams.blank[twice] * p[at]  # an equal letter can only follow a blank
        known = known[place[known] <= count[beams.parent[known]]]
        symbol[own[beams.parent[known]] + place[known] - 1] = 0.0  # is in the beam already
        score, state = symbol, beams.state
        if self.automaton:
            state = self.automaton.extend(beams.state, text, label)
            score = symbol * self.automaton.prefix_scores(state)
        word = beams.word[text]
        grown = _Grown(state, np.arange(len(text)), text, label, symbol, score, word)
        return grown.part(np.flatnonzero((symbol > 0) & (score >= floor[grown.word])))

    def _best(
        self, score: Floats, word: Integers, begins: Integers, sizes: Integers, grown: _Grown
    ) -> tuple[Integers, Integers]:
        """Places of the best texts of each word, among those of the beam and those that grew."""
        more = np.bincount(grown.word, minlength=len(begins))
        lowest = self._lowest(score, begins, sizes, grown.score, more)
        stays = (score > 0) & (score >= lowest[word])
        kept = grown.score >= lowest[grown.word]
        count = np.bincount(word[stays], minlength=len(begins))
        count += np.bincount(grown.word[kept], minlength=len(begins))
        for tied in np.flatnonzero(count > self.width):
            # without a cut, flat posteriors would keep everything
            ours = np.flatnonzero(stays & (word == tied))
            theirs = np.flatnonzero(kept & (grown.word == tied))
            order = np.argsort(-np.concatenate([score[ours], grown.score[theirs]]), kind="stable")
            out = order[self.width :]
            stays[ours[out[out < len(ours)]]] = False
            kept[theirs[out[out >= len(ours)] - len(ours)]] = False
        return np.flatnonzero(stays), np.flatnonzero(kept)

    def _lowest(
        self, score: Floats, begins: Integers, sizes: Integers, longer: Floats, more: Integers
    ) -> Floats:
        """The score of the last text of each word that has a place in the beam, or 0 [words].

        Words with similar numbers of texts are looked at together, for a table has one width; if
        they are few, all are.
        """
        lowest = np.zeros(len(sizes))
        total, then, least = sizes + more, more.cumsum() - more, self.width
        widest = int(total.max())
        while least < widest:
            most = widest if len(sizes) * widest < _SMALL_TABLE else min(widest, 2 * least)
            words = np.flatnonzero((total > least) & (total <= most))
            if len(words):
                table = np.zeros((len(words), most))
                for values, first, count, shift in (
                    (score, begins, sizes, np.zeros_like(sizes)),
                    (longer, then, more, sizes),
                ):
                    number = count[words]
                    place = np.arange(number.sum()) - np.repeat(number.cumsum() - number, number)
                    owner = np.repeat(np.arange(len(words)), number)
                    table[owner, place + shift[words][owner]] = values[first[words][owner] + place]
                cut = most - self.width
                lowest[words] = np.partition(table, cut, axis=1)[:, cut]
            least = most
        return lowest

    def _next(
        self,
        beams: _Beams,
        stays: Integers,
        blank: Floats,
        symbol: Floats,
        grown: _Grown,
        closing: Floats,
    ) -> _Beams:
        """The beams of the texts that stay and of those that grew; then the certain blanks."""
        words = len(closing)
        ours = np.bincount(beams.word[stays], minlength=words)
        theirs = np.bincount(grown.word, minlength=words)
        same = np.arange(len(stays)) + (theirs.cumsum() - theirs)[beams.word[stays]]
        longer = np.arange(len(grown.word)) + ours.cumsum()[grown.word]
        source = np.empty(len(same) + len(longer), dtype=np.intp)
        source[same], source[longer] = stays, grown.text
        blanks, symbols = np.zeros(len(source)), np.zeros(len(source))
        blanks[same] = blank[stays]
        symbols[same], symbols[longer] = symbol[stays], grown.symbol
        last, parent = beams.last[source], beams.parent[source]
        own, above, node = beams.own[source], beams.above[source], beams.node[source]
        last[longer] = grown.label
        fresh = np.full(len(beams), _NOBODY)
        fresh[stays] = same
        parent[longer] = grown.text
        parent = np.where(parent >= 0, fresh[parent], _NOBODY)
        above[longer] = own[longer]
        own[longer] = (own[longer] + grown.label.astype(np.uint64)) * _HASH_FACTOR
        node[longer] = self.history.add(node[longer], grown.label)
        orphans = same[(parent[same] < 0) & (last[same] != BLANK)]
        if len(orphans) and len(longer):  # a parent that had been dropped may be back
            order = longer[np.argsort(own[longer])]
            found = order[np.searchsorted(own[order], above[orphans]).clip(max=len(order) - 1)]
            back = own[found] == above[orphans]
            parent[orphans[back]] = found[back]
        word = beams.word[source]
        if closing.any():
            factor = closing[word]
            blanks = np.where(factor > 0, (blanks + symbols) * factor, blanks)
            symbols = np.where(factor > 0, 0.0, symbols)
        state = tuple(array[source] for array in beams.state)
        if self.automaton:
            for array, values in zip(state, grown.state, strict=True):
                array[longer] = values[grown.place]
        return _Beams(word, blanks, symbols, last, parent, own, above, node, state)


def _firsts(word: Integers) -> Integers:
    """The place of the first text of each word."""
    changed = np.ones(len(word), dtype=bool)
    np.not_equal(word[1:], word[:-1], out=changed[1:])
    return np.flatnonzero(changed)
