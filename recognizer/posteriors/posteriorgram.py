"""What the network saw of one word, packed into a few bytes, and how likely it says a text.

A packed posteriorgram keeps, for each frame, the symbols that are not negligible: first one
byte a symbol with its label, the high bit set where a frame begins, then one byte a symbol with
its quantised negative log probability. Runs of frames that are surely blank, or surely the same
symbol, are kept as one frame: for CTC a longer run says nothing more. Only numpy is needed, so
a search never loads torch.
"""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from recognizer.posteriors.ctc_forward import BLANK, FREE, States, forward

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

MOST_BYTES = 200
"""Bytes of a packed word at most; long words keep only their likelier symbols."""

MOST_LABELS = 128
"""Larger alphabets do not fit the packed format; their words are found by their readings."""

MOST_SYMBOLS = 6
_FIRST = 0x80
_SURE = 0.995
_STEPS = 24.0
"""Quantisation steps of a factor e: an error of 2 % at most."""

_PROBABILITIES = np.exp(np.arange(256) / -_STEPS).astype(np.float32)
"""Probability of each quantised level."""

_UNSEEN = 1e-3
"""Probability of a symbol that was too unlikely to be kept: the network is surer than it is right."""

FOLDED = "abcdefghijklmnopqrstuvwxyz0123456789"
"""What texts are made of when case, accents and signs are left out."""


def pack(probabilities: NDArray[np.float32]) -> bytes:
    """Pack [T, labels] probabilities into at most MOST_BYTES.

    Raises:
        ValueError: more than MOST_LABELS labels.

    """
    if probabilities.shape[1] > MOST_LABELS:
        msg = f"{probabilities.shape[1]} labels do not fit the packed format ({MOST_LABELS})"
        raise ValueError(msg)
    best = probabilities.argmax(axis=1)
    sure = probabilities.max(axis=1) > _SURE
    repeated = np.zeros(len(best), dtype=bool)
    repeated[1:] = sure[1:] & sure[:-1] & (best[1:] == best[:-1])
    kept = probabilities[~repeated]
    packed = b""
    for least in (0.004, 0.01, 0.03, 0.08, 0.2, 0.5, 1.0):
        packed = _pack(kept, least)
        if len(packed) <= MOST_BYTES:
            return packed
    # one symbol a frame and still too long: the end of the word is lost
    half = len(packed) // 2
    return packed[: MOST_BYTES // 2] + packed[half : half + MOST_BYTES // 2]


def _pack(kept: NDArray[np.float32], least: float) -> bytes:
    count = min(MOST_SYMBOLS, kept.shape[1])
    top = np.argpartition(kept, -count, axis=1)[:, -count:]
    values = np.take_along_axis(kept, top, axis=1)
    keep = values >= np.minimum(least, values.max(axis=1, keepdims=True))
    first = keep & (np.cumsum(keep, axis=1) == 1)
    levels = np.minimum(255, np.rint(-np.log(np.maximum(values, 1e-9)) * _STEPS))
    labels = top | np.where(first, _FIRST, 0)
    return bytes(labels[keep].astype(np.uint8)) + bytes(levels[keep].astype(np.uint8))


@dataclass(frozen=True)
class Bounds:
    """Upper bounds of each word [N, len(FOLDED)]: a text that it says is no likelier than these.

    Attributes:
        contained: probability that the character stands in the word at all.
        begins, ends: that the word begins or ends with it.

    The probability of several different characters is at most the product of their `contained`,
    for each frame writes only one of them.

    """

    contained: NDArray[np.float32]
    begins: NDArray[np.float32]
    ends: NDArray[np.float32]


@dataclass(frozen=True)
class Needs:
    """Columns of Bounds that a pattern needs; no beginning or end where it is free."""

    contained: list[int]
    begins: int | None
    ends: int | None


class FoldedPosteriors:
    """A batch of packed words as probabilities of folded characters, ready to be scored."""

    def __init__(self, packed: Sequence[bytes], alphabet: str) -> None:
        """Unpack words that were read with `alphabet` (the symbols of labels 1, 2, …)."""
        raw = np.frombuffer(b"".join(packed), dtype=np.uint8)
        self._unpack(raw, np.array([len(p) for p in packed], dtype=np.intp), alphabet)

    @classmethod
    def joined(
        cls, raw: NDArray[np.uint8], lengths: NDArray[np.intp], alphabet: str
    ) -> FoldedPosteriors:
        """The same for packed words that lie one behind the other in `raw`."""
        made = cls.__new__(cls)
        made._unpack(raw, lengths, alphabet)  # noqa: SLF001 - our own
        return made

    def _unpack(self, raw: NDArray[np.uint8], lengths: NDArray[np.intp], alphabet: str) -> None:
        """Label, level and frame of each kept symbol; frames of each word, words of the frames."""
        symbols = lengths // 2
        # each word's levels stand behind its labels
        halves = np.tile([True, False], len(symbols))
        is_label = np.repeat(halves, np.repeat(symbols, 2))
        self._coded, self._levels = raw[is_label], raw[~is_label]
        begun = np.cumsum(self._coded >= _FIRST, dtype=np.int32)
        self._frame = begun - 1
        ended = np.concatenate([[0], begun])[np.cumsum(symbols)]
        self.frames = np.diff(ended, prepend=0).astype(np.intp)
        self._start = ended - self.frames
        self._word = np.repeat(np.arange(len(lengths), dtype=np.int32), self.frames)
        self._folding = _folding(alphabet)

    @staticmethod
    def split(packed: bytes, alphabet: str) -> list[bytes]:
        """The parts of a word between signs, as packed words: `node.next` gives two, `node` none.

        A part ends where a sign is the likeliest symbol of a frame.
        """
        half = len(packed) // 2
        labels, levels = packed[:half], packed[half:]
        if not labels.translate(None, _not_signs(alphabet)):
            return []
        begins = [place for place, coded in enumerate(labels) if coded & _FIRST]
        frames = list(pairwise([*begins, half]))
        best = [labels[min(range(a, b), key=levels.__getitem__)] for a, b in frames]
        signs = [label not in _not_signs(alphabet) for label in best]
        parts: list[list[int]] = [[]]
        for frame, sign in enumerate(signs):
            if sign:
                parts.append([])
            else:
                parts[-1].append(frame)
        lettered = [part for part in parts if any(best[frame] & ~_FIRST for frame in part)]
        if len(lettered) < 2:
            return []
        cuts = [(frames[part[0]][0], frames[part[-1]][1]) for part in lettered]
        return [packed[a:b] + packed[half + a : half + b] for a, b in cuts]

    def score(self, pattern: str) -> NDArray[np.float64]:
        """Probability that each word says a text (folded: see FOLDED), with `*` for anything.

        CTC forward algorithm, summed over case, and over signs by letting them count as blanks.
        A pattern with other characters, or with none, scores 0.
        """
        scores = np.zeros(len(self.frames))
        needs = self.needs(pattern)
        if needs is None:
            return scores
        pieces = [[FOLDED.index(c) + 1 for c in piece] for piece in pattern.split("*")]
        states = States.of(pieces)
        # longest words first, so that those that have ended can be left behind
        order = np.argsort(-self.frames, kind="stable")[: np.count_nonzero(self.frames)]
        rows = [FREE, BLANK, *(column + 1 for column in needs.contained)]
        emitted = self._emitted(rows[1:], order)
        places = [rows.index(symbol) for symbol in states.symbols]
        scores[order] = forward(emitted, self.frames[order], states, places)
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
        row = np.full(len(FOLDED) + 1, -1, np.int8)
        row[list(classes)] = np.arange(len(classes))
        rows = row[self._folding][self._coded]
        wanted = np.flatnonzero(rows >= 0)
        place = rows[wanted].astype(np.intp) * cells + cell[self._frame[wanted]]
        emitted = np.full((len(classes) + 1) * cells, _UNSEEN, np.float32)
        emitted[:cells] = 1.0
        np.add.at(emitted, place + cells, _PROBABILITIES[self._levels[wanted]])
        return np.minimum(emitted, 1.0, out=emitted).reshape(len(classes) + 1, cells)

    def bounds(self) -> Bounds:
        """What each word holds, begins and ends with; see Bounds."""
        size = len(self.frames), len(FOLDED) + 1
        folded = self._folding[self._coded]
        cell = self._word[self._frame] * size[1] + folded
        chance = np.minimum(_PROBABILITIES[self._levels], 1 - 1e-6)
        absent = np.bincount(cell, np.log1p(-chance), math.prod(size))
        before, behind = self._silence(chance * (folded == BLANK))
        begins, ends = (
            np.bincount(cell, chance * silence[self._frame], math.prod(size))
            for silence in (before, behind)
        )
        each = (
            a.reshape(size)[:, 1:].astype(np.float32) for a in (-np.expm1(absent), begins, ends)
        )
        return Bounds(*each)

    def _silence(
        self, blank: NDArray[np.float32]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Probability of nothing but blanks before each frame, and behind it; `blank` by symbol."""
        frames = np.bincount(self._frame, blank, len(self._word))
        level = np.concatenate([[0.0], np.cumsum(np.log(np.minimum(frames + _UNSEEN, 1.0)))])
        ends = level[(self._start + self.frames)[self._word]]
        return np.exp(level[:-1] - level[self._start[self._word]]), np.exp(ends - level[1:])

    @staticmethod
    def needs(pattern: str) -> Needs | None:
        """What a word must hold to say `pattern`; None if no word can say it."""
        columns = {character: FOLDED.find(character) for character in pattern.replace("*", "")}
        if not columns or -1 in columns.values():
            return None
        return Needs(sorted(columns.values()), columns.get(pattern[0]), columns.get(pattern[-1]))


@cache
def _not_signs(alphabet: str) -> bytes:
    """Coded labels of the blank and of letters and digits."""
    folded = _folding(alphabet)
    return bytes(label for label in range(256) if folded[label] or not label & ~_FIRST)


@cache
def _folding(alphabet: str) -> NDArray[np.intp]:
    """Folded class of each coded label: 0 for the blank and for signs, 1… for FOLDED."""
    classes = [0] * _FIRST
    for label, symbol in enumerate(alphabet[: _FIRST - 1], start=1):
        base = unicodedata.normalize("NFKD", symbol.casefold())[:1]
        classes[label] = FOLDED.find(base) + 1 if base else 0
    return np.asarray(classes * 2, dtype=np.intp)
