"""CTC prefix beam search over many words at once, in arrays.

Source: prefix beam search of Graves & Jaitly 2014 (as laid out by Hannun et al. 2014). A step
takes one frame of every word; the texts of all beams lie behind one another in flat arrays, those
of a word by falling score.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from recognizer.posteriors.charset import BLANK

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

_NOBODY = -1
"""Place of a parent that is not in the beam."""

_INFINITY = np.array([np.inf]).view(np.int64)
"""The bits of positive floats are in the order of their values."""

_BUCKETS = np.uint64(1 << 14)
"""Size of a table by which most hashes are known not to be among a few."""


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
        texts: list[str] = np.ascontiguousarray(spelled).view(f"<U{len(columns)}")[:, 0].tolist()
        return texts


@dataclass(frozen=True)
class Found:
    """The best texts of words, in no order; each array is [texts].

    Attributes:
        word: place of the word among those that were searched.
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
    frames: Frames,
    words: Integers,
    codes: NDArray[np.uint32],
    width: int,
    automaton: Automaton | None,
) -> Found:
    """The `width` best texts of some words, or all that there are.

    Args:
        frames: of words.
        words: places of those that are searched.
        codes: code point of each label, 0 for the blank.
        width: texts that are kept of a word after each frame.
        automaton: of the prior, None for none.

    """
    counts = np.diff(frames.first)[words]
    order = np.argsort(-counts, kind="stable")  # words that are done are always the last ones
    counts, first = counts[order], frames.first[words[order]]
    walk = _Walk(frames, width, _History(len(order)), automaton)
    beams = walk.empty_texts(len(order))
    done: list[_Beams] = []
    steps = int(counts[0]) if len(counts) else 0
    actives = np.searchsorted(-counts, -np.arange(steps)).tolist()
    for step, active in enumerate(actives):
        end = int(np.searchsorted(beams.word, active))
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


class _Candidates(NamedTuple):
    """All texts that may be in the next beams, those of the beams first; each array is [candidates]."""

    word: Integers
    blank: Floats
    symbol: Floats
    score: Floats


class _Grown(NamedTuple):
    """Candidates that are a text of the beam and one more label; each array is [longer texts]."""

    text: Integers
    label: Integers
    symbol: Floats
    score: Floats


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
        frames, word, parent = self.frames, beams.word, beams.parent
        row, total = rows.take(word), beams.blank + beams.symbol
        count, labels = frames.place.shape
        place = frames.place.take(row * labels + beams.last).astype(np.intp)
        p_last = frames.probabilities.take(place * count + row)
        blank, symbol = total * frames.blanks.take(row), beams.symbol * p_last
        # a text that is in the beam already gains what its parent spells
        known = ((parent >= 0) & (place > 0)).nonzero()[0]
        above = parent.take(known)
        equal = beams.last.take(above) == beams.last.take(known)  # can only follow a blank
        before = np.where(equal, beams.blank.take(above), total.take(above))
        symbol[known] += before * p_last.take(known)
        score = blank + symbol
        if self.automaton:
            score *= self.automaton.prefix_scores(beams.state)
        sizes = np.bincount(word)
        # what scores less than all texts of a full beam stays out
        floor = np.minimum.reduceat(score, sizes.cumsum() - sizes) * _MARGIN
        floor[sizes < self.width] = 0.0
        spelled = above + (place.take(known) - 1) * len(beams)
        most = int(frames.size.take(rows).max())
        grown = self._grown(beams, row, total, floor.take(word), spelled, most)
        candidates = _Candidates(
            np.concatenate([word, word.take(grown.text)]),
            np.concatenate([blank, np.zeros(len(grown.text))]),
            np.concatenate([symbol, grown.symbol]),
            np.concatenate([score, grown.score]),
        )
        chosen = self._best(candidates, beams)
        return self._next(beams, candidates, grown, chosen, frames.closing.take(rows))

    def _grown(
        self,
        beams: _Beams,
        row: Integers,
        total: Floats,
        floor: Floats,
        spelled: Integers,
        most: int,
    ) -> _Grown:
        """The longer texts that score at least `floor` [texts] and are not in the beam.

        Those that are, are given as `spelled`: their parents' places, and the number of texts times
        their labels' places. No frame has more than `most` labels.
        """
        frames, count = self.frames, len(beams)
        reach = total * self.automaton.bounds(beams.state) if self.automaton else total
        likeliest = frames.probabilities[1 : 1 + most].take(row, axis=1)
        within = likeliest * reach >= floor
        within &= likeliest > 0
        found = within.ravel().nonzero()[0]
        place = found // count
        text = found - place * count
        label = frames.labels[1:].take(place * frames.labels.shape[1] + row.take(text))
        p = likeliest.take(found)
        symbol = total.take(text) * p
        twice = (label == beams.last.take(text)).nonzero()[0]
        symbol[twice] = beams.blank.take(text.take(twice)) * p.take(twice)
        if len(spelled):
            taken = np.zeros(within.size, dtype=bool)
            taken[spelled] = True
            symbol[taken.take(found)] = 0.0
        score = symbol
        if self.automaton:
            score = symbol * self.automaton.longer_prefix_scores(beams.state, text, label)
        kept = ((symbol > 0) & (score >= floor.take(text))).nonzero()[0]
        return _Grown(text.take(kept), label.take(kept), symbol.take(kept), score.take(kept))

    def _best(self, candidates: _Candidates, beams: _Beams) -> Integers:
        """Places of the best candidates, word by word, by falling score."""
        word, score = candidates.word, candidates.score
        counts = np.bincount(word)
        order = _by_falling_score(word, score, len(counts))
        rank = np.arange(len(word)) - (counts.cumsum() - counts).repeat(counts)
        chosen = order[rank < self.width]
        alive = candidates.blank.take(chosen) + candidates.symbol.take(chosen) > 0
        if alive.all():
            return chosen
        chosen = chosen[alive]
        lost = np.bincount(word.take(chosen), minlength=len(counts)) == 0
        if not lost.any():
            return chosen
        # hundreds of flat frames underflow to 0; the text read until then stays
        again = lost.take(beams.word).nonzero()[0]
        candidates.blank[again], candidates.symbol[again] = beams.blank[again], beams.symbol[again]
        chosen = np.concatenate([chosen, again])
        return chosen[word.take(chosen).argsort(kind="stable")]

    def _next(
        self,
        beams: _Beams,
        candidates: _Candidates,
        grown: _Grown,
        chosen: Integers,
        closing: Floats,
    ) -> _Beams:
        """The beams of the candidates that are chosen; then the certain blanks."""
        count = len(beams)
        longer = (chosen >= count).nonzero()[0]
        which = chosen.take(longer) - count
        text, label = grown.text.take(which), grown.label.take(which)
        source = chosen.copy()
        source[longer] = text
        last, node = beams.last.take(source), beams.node.take(source)
        own, above = beams.own.take(source), beams.above.take(source)
        above[longer] = own.take(longer)
        own[longer] = (own.take(longer) + label.astype(np.uint64)) * _HASH_FACTOR
        last[longer] = label
        node[longer] = self.history.add(node.take(longer), label)
        state = tuple(array.take(source) for array in beams.state)
        if self.automaton:
            extended = self.automaton.extend(beams.state, text, label)
            for array, values in zip(state, extended, strict=True):
                array[longer] = values
        parent = beams.parent.take(source)
        parent[longer] = text
        fresh = np.full(len(candidates.word) + 1, _NOBODY)  # the last one is that of nobody
        fresh[chosen] = np.arange(len(chosen))
        parent = fresh.take(parent)
        _adopt(parent, last, own, above, longer)
        word = candidates.word.take(chosen)
        blank, symbol = candidates.blank.take(chosen), candidates.symbol.take(chosen)
        factor = closing.take(word)
        shut = factor.nonzero()[0]
        blank[shut] = (blank.take(shut) + symbol.take(shut)) * factor.take(shut)
        symbol[shut] = 0.0
        return _Beams(word, blank, symbol, last, parent, own, above, node, state)


def _by_falling_score(word: Integers, score: Floats, words: int) -> Integers:
    """Places by word, then by falling score.

    One sort of numbers that hold word, score and place is ten times as fast as one of places. There
    is room for all but the last half of a score's fraction.
    """
    place_bits, word_bits = len(word).bit_length(), words.bit_length()
    key = (_INFINITY - score.view(np.int64)) >> (word_bits + place_bits)
    key <<= place_bits
    key |= word << (63 - word_bits)
    key |= np.arange(len(word))
    key.sort()
    key &= (1 << place_bits) - 1
    return key


def _adopt(
    parent: Integers,
    last: Integers,
    own: NDArray[np.uint64],
    above: NDArray[np.uint64],
    longer: Integers,
) -> None:
    """Find the parents of texts among those that have just grown: one that was dropped is back."""
    orphans = ((parent < 0) & (last != BLANK)).nonzero()[0]
    if not len(orphans) or not len(longer):
        return
    hashes = own.take(longer)
    table = np.zeros(int(_BUCKETS), dtype=bool)
    table[(hashes % _BUCKETS).astype(np.intp)] = True
    wanted = above.take(orphans)
    perhaps = table.take((wanted % _BUCKETS).astype(np.intp)).nonzero()[0]
    if not len(perhaps):
        return
    orphans, wanted = orphans.take(perhaps), wanted.take(perhaps)
    order = hashes.argsort()
    found = order.take(hashes.take(order).searchsorted(wanted), mode="clip")
    back = hashes.take(found) == wanted
    parent[orphans[back]] = longer.take(found[back])
