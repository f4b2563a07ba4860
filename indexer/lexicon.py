"""Every word that any reading holds, and the ones that look like a given word.

A derived store beside the index: fixed records of a letter mask and the word, appended before
the index commits, memory-mapped to search. Words that no photo holds any more do no harm; a
torn last record is ignored; `clear` starts anew on a rebuild.
"""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.typing import NDArray

LONGEST = 24
"""Bytes of a word in the lexicon; longer ones are found exactly, not by likeness."""

_RECORD = np.dtype([("mask", "<u8"), ("word", f"S{LONGEST}")])
_DECAY = 1.5
"""Each edit divides the weight of a word by e to this power (measured in docs/search.md)."""


class Lexicon:
    """The words of one index folder."""

    def __init__(self, path: Path) -> None:
        """`path` need not exist yet."""
        self._path = path
        self._known: set[bytes] | None = None

    def add(self, words: Iterable[str]) -> None:
        """Append the words that are new, durably."""
        if self._known is None:
            self._known = set(self._records()["word"].tolist())
        encoded = {word.encode() for word in words}
        new = sorted(w for w in encoded - self._known if 0 < len(w) <= LONGEST)
        if not new:
            return
        self._known.update(new)
        records = np.array([(_mask(word), word) for word in new], dtype=_RECORD)
        whole = len(self._records()) * _RECORD.itemsize
        with self._path.open("ab") as file:
            file.truncate(whole)
            file.write(records.tobytes())
            file.flush()
            os.fsync(file.fileno())

    def near(self, word: str, limit: int) -> list[tuple[str, float]]:
        """Words that a reader could have taken for `word`, with weights 0..1, nearest first."""
        target = word.encode()
        edits = allowed_edits(word)
        if not edits or len(target) > LONGEST:
            return [(word, 1.0)]
        records = self._records()
        # every edit changes at most two bits of the mask: a bound that costs one instruction
        differing = np.bitwise_count(records["mask"] ^ np.uint64(_mask(target)))
        candidates = records["word"][differing <= 2 * edits].tolist()
        texts = sorted({c.decode(errors="ignore") for c in candidates})
        scored = process.extract(
            word, texts, scorer=Levenshtein.distance, score_cutoff=edits, limit=limit
        )
        near = [(text, math.exp(-_DECAY * distance)) for text, distance, _ in scored]
        return near if word in texts else [(word, 1.0), *near[: limit - 1]]

    def _records(self) -> NDArray[np.void]:
        try:
            whole = self._path.stat().st_size // _RECORD.itemsize
        except FileNotFoundError:
            whole = 0
        if not whole:
            return np.empty(0, dtype=_RECORD)
        return np.memmap(self._path, dtype=_RECORD, mode="r", shape=(whole,))


def allowed_edits(word: str) -> int:
    """Edits between a word and a plausible misreading of it: none for the shortest ones."""
    return 0 if len(word) < 3 else 1 if len(word) < 6 else 2


def _mask(word: bytes) -> int:
    """One bit a character class; different words may share a mask, like words are close."""
    mask = 0
    for byte in word:
        mask |= 1 << (byte % 64)
    return mask
