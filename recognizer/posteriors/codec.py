"""Codec of packed words for the posterior store. Only numpy."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from recognizer.posteriors.folded import FoldedPosteriors, RequiredCharacters
from recognizer.posteriors.folding import FOLDED_ALPHABET, fold_alphabet, folded_labels
from recognizer.posteriors.packing import FIRST, MAX_LABELS, join
from recognizer.posteriors.said_text import pack_text
from recognizer.posteriors.split_at_signs import split_at_signs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


class PosteriorCodec:
    """Unpacks words that were packed with an alphabet (the symbols of labels 1, 2, …).

    Attributes:
        alphabet: of all words that are packed now.

    """

    alphabet = FOLDED_ALPHABET

    def translate(self, packed: bytes, alphabet: str) -> bytes:
        """Pack a word with `self.alphabet` that was packed with `alphabet`."""
        if alphabet == self.alphabet:
            return packed
        half = len(packed) // 2
        return packed[:half].translate(_translation(alphabet)) + packed[half:]

    def unpack(self, packed: Sequence[bytes], alphabet: str) -> FoldedPosteriors:
        """Unpack words, ready to be scored."""
        raw = np.frombuffer(b"".join(packed), dtype=np.uint8)
        lengths = np.array([len(word) for word in packed], dtype=np.intp)
        return self.unpack_joined(raw, lengths, alphabet)

    def unpack_joined(
        self, raw: NDArray[np.uint8], lengths: NDArray[np.intp], alphabet: str
    ) -> FoldedPosteriors:
        """Unpack words that lie one behind the other in `raw`, `lengths` bytes each."""
        return FoldedPosteriors(raw, lengths, fold_alphabet(alphabet))

    def said(self, text: str) -> bytes:
        """Pack a word with `self.alphabet` that surely says `text`; see `said_text`."""
        return pack_text(text)

    def split(self, packed: bytes, alphabet: str) -> list[bytes]:
        """Split a word into the parts between signs, as packed words; none if it has only one."""
        half = len(packed) // 2
        coded, signs = _signs(alphabet)
        # most words hold no sign at all, and this tells so without a loop
        held = len(packed[:half].translate(None, coded)) < half
        return split_at_signs(packed, signs) if held else []

    def join(self, packed: Sequence[bytes]) -> bytes:
        """Join words to one that says them one after the other; it may be longer than others."""
        return join(packed)

    def needs(self, pattern: str) -> RequiredCharacters | None:
        """Characters that a word must hold to say `pattern`; None if no word can."""
        return RequiredCharacters.of(pattern)


@cache
def _translation(alphabet: str) -> bytes:
    """What becomes of each byte that codes a label of `alphabet`."""
    labels = np.zeros(MAX_LABELS, np.uint8)
    known = folded_labels(alphabet[: MAX_LABELS - 1])
    labels[: len(known)] = known
    return bytes(labels) + bytes(labels | FIRST)


@cache
def _signs(alphabet: str) -> tuple[bytes, frozenset[int]]:
    """Labels of signs: as they are coded in a packed word, and as they are."""
    classes = fold_alphabet(alphabet).classes
    labels = frozenset(label for label in range(1, MAX_LABELS) if not classes[label])
    return bytes(code for code in range(256) if code % MAX_LABELS in labels), labels
