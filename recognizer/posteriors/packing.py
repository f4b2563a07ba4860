"""Packed posteriorgrams: the probabilities of one word image in a few bytes. Only numpy.

A packed posteriorgram keeps, for each frame, the symbols that are not negligible: first one
byte a symbol with its label, the high bit set where a frame begins, then one byte a symbol with
its quantised negative log probability. Runs of frames that are surely blank, or surely the same
symbol, are kept as one frame: for CTC a longer run says nothing more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

MAX_BYTES = 200
"""Bytes of a packed word; long words keep only their likelier symbols."""

MAX_LABELS = 128
"""Labels of an alphabet, the blank included; the packed format has seven bits for one."""

MAX_SYMBOLS = 6
"""Symbols that are kept of one frame."""

FIRST = 0x80
"""Bit of a label byte: a frame begins with this symbol."""

STEPS = 24.0
"""Quantisation steps of a factor e: an error of 2 % at most."""

MIN_PROBABILITIES = (0.015, 0.03, 0.08, 0.2, 0.5, 1.0)
"""Probability from which a symbol is kept: the first one by which a word fits MAX_BYTES."""

_SURE = 0.995
"""Probability from which a run of one symbol is kept as one frame."""


def pack(probabilities: NDArray[np.float32]) -> bytes:
    """Pack [T, labels] probabilities into at most MAX_BYTES.

    Raises:
        ValueError: more than MAX_LABELS labels; such words are found by their readings only.

    """
    if probabilities.shape[1] > MAX_LABELS:
        msg = f"{probabilities.shape[1]} labels do not fit the packed format ({MAX_LABELS})"
        raise ValueError(msg)
    best = probabilities.argmax(axis=1)
    sure = probabilities.max(axis=1) > _SURE
    repeated = np.zeros(len(best), dtype=bool)
    repeated[1:] = sure[1:] & sure[:-1] & (best[1:] == best[:-1])
    kept = probabilities[~repeated]
    packed = b""
    for min_probability in MIN_PROBABILITIES:
        packed = _pack(kept, min_probability)
        if len(packed) <= MAX_BYTES:
            return packed
    # one symbol a frame and still too long: the end of the word is lost
    half = len(packed) // 2
    return packed[: MAX_BYTES // 2] + packed[half : half + MAX_BYTES // 2]


def _pack(kept: NDArray[np.float32], least: float) -> bytes:
    count = min(MAX_SYMBOLS, kept.shape[1])
    top = np.argpartition(kept, -count, axis=1)[:, -count:]
    values = np.take_along_axis(kept, top, axis=1)
    keep = values >= np.minimum(least, values.max(axis=1, keepdims=True))
    first = keep & (np.cumsum(keep, axis=1) == 1)
    levels = np.minimum(255, np.rint(-np.log(np.maximum(values, 1e-9)) * STEPS))
    labels = top | np.where(first, FIRST, 0)
    return bytes(labels[keep].astype(np.uint8)) + bytes(levels[keep].astype(np.uint8))


def join(packed: Sequence[bytes]) -> bytes:
    """Join packed words to one whose frames follow each other."""
    halves = [(word[: len(word) // 2], word[len(word) // 2 :]) for word in packed]
    return b"".join(labels for labels, _ in halves) + b"".join(levels for _, levels in halves)
