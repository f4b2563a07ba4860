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
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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

_UNSEEN = 1e-4
"""Probability of a symbol that was too unlikely to be kept."""

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
        """Word, frame, folded class and probability of each kept symbol; frames of each word."""
        symbols = lengths // 2
        self._word = np.repeat(np.arange(len(lengths)), symbols)
        before = np.cumsum(symbols) - symbols
        place = np.arange(len(self._word)) + before[self._word]
        # each word's levels stand behind its labels
        coded, levels = raw[place], raw[place + symbols[self._word]]
        begins = (coded & _FIRST) > 0
        self.frames = np.bincount(self._word[begins], minlength=len(lengths)).astype(np.intp)
        start = np.cumsum(self.frames) - self.frames
        self._frame = np.cumsum(begins) - 1 - start[self._word]
        folding = _folding(alphabet)
        self._class = folding[np.minimum(coded & ~np.uint8(_FIRST), len(folding) - 1)]
        self._probability = _PROBABILITIES[levels]

    def _dense(self, classes: Sequence[int]) -> NDArray[np.float32]:
        """Probabilities [N, T, len(classes)] of some folded classes."""
        column = np.full(len(FOLDED) + 1, -1, dtype=np.intp)
        column[list(classes)] = np.arange(len(classes))
        wanted = column[self._class] >= 0
        longest = max(1, int(self.frames.max(initial=1)))
        shape = (len(self.frames), longest, len(classes))
        cell = (self._word[wanted] * longest + self._frame[wanted]) * len(classes)
        cell += column[self._class[wanted]]
        flat = np.bincount(cell, weights=self._probability[wanted], minlength=math.prod(shape))
        dense = flat.astype(np.float32).reshape(shape) + np.float32(_UNSEEN)
        return np.asarray(np.minimum(dense, 1.0))

    @staticmethod
    def split(packed: bytes, alphabet: str) -> list[bytes]:
        """The parts of a word between signs, as packed words: `node.next` gives two, `node` none.

        A part ends where a sign is the likeliest symbol of a frame.
        """
        half = len(packed) // 2
        coded = np.frombuffer(packed, np.uint8, half)
        levels = np.frombuffer(packed, np.uint8, half, half)
        begins = np.flatnonzero(coded & _FIRST)
        if not len(begins):
            return []
        best = [int(coded[a:b][levels[a:b].argmin()]) & ~_FIRST for a, b in _spans(begins, half)]
        folding = _folding(alphabet)
        is_sign = [label > 0 and folding[min(label, len(folding) - 1)] == 0 for label in best]
        parts: list[list[int]] = [[]]
        for frame, sign in enumerate(is_sign):
            if sign:
                parts.append([])
            else:
                parts[-1].append(frame)
        lettered = [part for part in parts if any(best[frame] for frame in part)]
        if len(lettered) < 2:
            return []
        spans = list(_spans(begins, half))
        cuts = [(spans[part[0]][0], spans[part[-1]][1]) for part in lettered]
        return [packed[a:b] + packed[half + a : half + b] for a, b in cuts]

    def score(self, text: str) -> NDArray[np.float64]:
        """Probability that each word says `text` (folded: see FOLDED) and nothing else.

        Source: CTC forward algorithm (Graves et al. 2006), summed over case, and over signs by
        letting them count as blanks. A text with other characters scores 0.
        """
        columns = self.characters(text)
        scores = np.zeros(len(self.frames))
        if not columns:
            return scores
        labels = [column + 1 for column in columns]
        classes = sorted({0, *labels})
        places = [classes.index(label) for label in labels]
        # longest words first, so that those that have ended can be left behind
        order = np.argsort(-self.frames, kind="stable")
        order = order[self.frames[order] >= len(labels)]
        scores[order] = _forward(self._dense(classes)[order], self.frames[order], places)
        return scores

    def bounds(self) -> NDArray[np.float32]:
        """Highest probability of each character of FOLDED in each word [N, len(FOLDED)].

        Their product over a text is close to an upper bound of its score: only alignments that
        share the probability of a letter among several frames can exceed it.
        """
        return np.asarray(self._dense(range(1, len(FOLDED) + 1)).max(axis=1), dtype=np.float32)

    @staticmethod
    def characters(text: str) -> list[int]:
        """Columns of `bounds` that `text` needs; empty if it has other characters."""
        columns = [FOLDED.find(character) for character in text]
        return [] if -1 in columns else columns


def _spans(begins: NDArray[np.intp], end: int) -> Iterator[tuple[int, int]]:
    """First and last symbol (half-open) of each frame."""
    edges = [*begins.tolist(), end]
    return pairwise(edges)


@cache
def _folding(alphabet: str) -> NDArray[np.intp]:
    """Folded class of each label: 0 for the blank and for signs, 1… for FOLDED."""
    classes = [0]
    for symbol in alphabet:
        base = unicodedata.normalize("NFKD", symbol.casefold())[:1]
        classes.append(FOLDED.find(base) + 1 if base else 0)
    return np.asarray(classes, dtype=np.intp)


def _forward(
    dense: NDArray[np.float32], frames: NDArray[np.intp], places: Sequence[int]
) -> NDArray[np.float64]:
    """Probability of the characters in columns `places` under each word's frames (falling)."""
    extended = [0]
    for place in places:
        extended += [place, 0]
    # a symbol may follow another without a blank between, unless they are equal
    skip = np.array(
        [i > 2 and i % 2 == 1 and s != extended[i - 2] for i, s in enumerate(extended)],
        dtype=np.float32,
    )
    alpha = np.zeros((len(dense), len(extended)), np.float32)
    if len(dense):
        alpha[:, 0], alpha[:, 1] = dense[:, 0, 0], dense[:, 0, extended[1]]
    for t in range(1, int(frames.max(initial=1))):
        going = int(np.searchsorted(-frames, -t))  # words with more than t frames come first
        moved = alpha[:going].copy()
        moved[:, 1:] += alpha[:going, :-1]
        moved[:, 2:] += alpha[:going, :-2] * skip[2:]
        alpha[:going] = moved * dense[:going, t][:, extended]
    return np.asarray(np.minimum(alpha[:, -1] + alpha[:, -2], 1.0), dtype=np.float64)
