"""What the network saw of one word, packed into a few bytes, and how likely it says a text.

A packed posteriorgram keeps, for each frame, the symbols that are not negligible: first one
byte a symbol with its label, the high bit set where a frame begins, then one byte a symbol with
its quantised negative log probability. Runs of frames that are surely blank, or surely the same
symbol, are kept as one frame: for CTC a longer run says nothing more. Only numpy is needed, so
a search never loads torch.
"""

from __future__ import annotations

import unicodedata
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

_UNSEEN = 1e-4
"""Probability of a symbol that was too unlikely to be kept."""

_HOPELESS = 1e-12
"""Words whose bound lies below this score 0."""

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
        self.frames, self._dense = _unpack(packed, _folding(alphabet))

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
        best = self.bounds()[:, columns].prod(axis=1, dtype=np.float64)
        likely = np.flatnonzero((best > _HOPELESS) & (self.frames >= len(labels)))
        if len(likely):
            longest = int(self.frames[likely].max())
            dense = self._dense[likely, :longest]
            scores[likely] = _forward(dense, self.frames[likely], labels)
        return scores

    def bounds(self) -> NDArray[np.float32]:
        """Highest probability of each character of FOLDED in each word [N, len(FOLDED)].

        Their product over a text is close to an upper bound of its score: only alignments that
        share the probability of a letter among several frames can exceed it.
        """
        return np.asarray(self._dense[:, :, 1:].max(axis=1), dtype=np.float32)

    @staticmethod
    def characters(text: str) -> list[int]:
        """Columns of `bounds` that `text` needs; empty if it has other characters."""
        columns = [FOLDED.find(character) for character in text]
        return [] if -1 in columns else columns


def _spans(begins: NDArray[np.intp], end: int) -> Iterator[tuple[int, int]]:
    """First and last symbol (half-open) of each frame."""
    edges = [*begins.tolist(), end]
    return pairwise(edges)


def _folding(alphabet: str) -> NDArray[np.intp]:
    """Folded class of each label: 0 for the blank and for signs, 1… for FOLDED."""
    classes = [0]
    for symbol in alphabet:
        base = unicodedata.normalize("NFKD", symbol.casefold())[:1]
        classes.append(FOLDED.find(base) + 1 if base else 0)
    return np.asarray(classes, dtype=np.intp)


def _unpack(
    packed: Sequence[bytes], folding: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """Frames [N] and folded probabilities [N, T, classes]; empty words have no frames."""
    raw = np.frombuffer(b"".join(packed), dtype=np.uint8)
    symbols = np.array([len(p) // 2 for p in packed], dtype=np.intp)
    word = np.repeat(np.arange(len(packed)), symbols)
    before = np.cumsum(symbols) - symbols
    place = np.arange(len(word)) + before[word]  # each word's levels stand behind its labels
    coded, levels = raw[place], raw[place + symbols[word]]
    begins = (coded & _FIRST) > 0
    frames = np.bincount(word[begins], minlength=len(packed)).astype(np.intp)
    number = np.cumsum(begins) - 1 - (np.cumsum(frames) - frames)[word]
    label = np.minimum(coded & ~np.uint8(_FIRST), len(folding) - 1)
    longest = max(1, int(frames.max(initial=1)))
    dense = np.full((len(packed), longest, len(FOLDED) + 1), _UNSEEN, np.float32)
    np.add.at(dense, (word, number, folding[label]), np.exp(levels / -_STEPS))
    return frames, np.minimum(dense, 1.0)


def _forward(
    dense: NDArray[np.float32], frames: NDArray[np.intp], labels: Sequence[int]
) -> NDArray[np.float64]:
    """Probability of exactly `labels` under each word's frames."""
    extended = [0]
    for label in labels:
        extended += [label, 0]
    # a symbol may follow another without a blank between, unless they are equal
    skip = np.array([i > 2 and i % 2 == 1 and s != extended[i - 2] for i, s in enumerate(extended)])
    emitted = dense[:, :, extended].astype(np.float64)
    alpha = np.zeros((len(dense), len(extended)))
    alpha[:, :2] = emitted[:, 0, :2]
    result = np.where(frames == 1, alpha[:, -1] + alpha[:, -2], 0.0)
    for t in range(1, dense.shape[1]):
        moved = alpha.copy()
        moved[:, 1:] += alpha[:, :-1]
        moved[:, 2:] += alpha[:, :-2] * skip[2:]
        alpha = moved * emitted[:, t]
        last = frames == t + 1
        result[last] = alpha[last, -1] + alpha[last, -2]
    return np.asarray(np.minimum(result, 1.0))
