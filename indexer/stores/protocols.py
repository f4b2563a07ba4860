"""Protocols of the codec of packed words, which `recognizer.posteriors` implements.

The store owns segments and bounds, the codec the format of a packed word; neither package may
import the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray


class CharacterBounds(Protocol):
    """Upper bounds [N, characters]; see recognizer.posteriors.folded.CharacterBounds."""

    @property
    def contained(self) -> NDArray[np.float32]:
        """Probability that a word holds the character."""

    @property
    def begins(self) -> NDArray[np.float32]:
        """Probability that a word begins with it."""

    @property
    def ends(self) -> NDArray[np.float32]:
        """Probability that a word ends with it."""


class RequiredCharacters(Protocol):
    """Characters that a word must hold to say a pattern, as columns of CharacterBounds."""

    @property
    def contained(self) -> list[int]:
        """All of them, rising."""

    @property
    def begins(self) -> int | None:
        """What the word must begin with; None where the pattern is free."""

    @property
    def ends(self) -> int | None:
        """What it must end with; None where the pattern is free."""


class Posteriors(Protocol):
    """A batch of unpacked words."""

    def score(self, pattern: str) -> NDArray[np.float64]:
        """Probability [N] that each word says the folded `pattern`, where `*` is anything."""

    def bounds(self) -> CharacterBounds:
        """Upper bounds, by which most words need not be scored."""


class PosteriorCodec(Protocol):
    """Unpacks words that were packed with an alphabet (the symbols of labels 1, 2, …)."""

    @property
    def alphabet(self) -> str:
        """The alphabet of all words that are packed now."""

    def translate(self, packed: bytes, alphabet: str) -> bytes:
        """Pack a word with `self.alphabet` that was packed with `alphabet`."""

    def unpack(self, packed: Sequence[bytes], alphabet: str) -> Posteriors:
        """Unpack words, ready to be scored."""

    def unpack_joined(
        self, raw: NDArray[np.uint8], lengths: NDArray[np.intp], alphabet: str
    ) -> Posteriors:
        """Unpack words that lie one behind the other in `raw`, `lengths` bytes each."""

    def said(self, text: str) -> bytes:
        """Pack a word with `self.alphabet` that surely says `text`; b"" if it cannot be said."""

    def split(self, packed: bytes, alphabet: str) -> list[bytes]:
        """Split a word into the parts that can be looked for on their own, if it has several."""

    def join(self, packed: Sequence[bytes]) -> bytes:
        """One word of several that follow each other."""

    def needs(self, pattern: str) -> RequiredCharacters | None:
        """Characters that a word must hold to say `pattern`; None if no word can."""
