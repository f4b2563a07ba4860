"""The alphabet of a network: its characters and their CTC labels."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

BLANK = 0
"""Label of the CTC blank."""

ASCII = "".join(chr(code) for code in range(33, 127))
"""Every printable ASCII character except the space, which is WORD_GAP where an alphabet has it."""

WORD_GAP = "␣"
"""Symbol of the gap between two words on one image: a space in texts."""


@dataclass(frozen=True)
class Charset:
    """An ordered alphabet; the order is part of the model. Label 0 is the CTC blank."""

    symbols: str = field(default=ASCII)

    def __post_init__(self) -> None:
        """Check that the alphabet is not empty and has no character twice.

        Raises:
            ValueError: it is empty or has a character twice.

        """
        if not self.symbols or len(set(self.symbols)) != len(self.symbols):
            msg = f"an alphabet needs distinct characters, got {self.symbols!r}"
            raise ValueError(msg)

    def __len__(self) -> int:
        """Number of labels, the blank included."""
        return len(self.symbols) + 1

    @cached_property
    def _labels(self) -> dict[str, int]:
        return {symbol: label for label, symbol in enumerate(self.symbols, start=1)}

    def encode(self, text: str) -> list[int]:
        """Labels of `text`; spaces are the gap between two words.

        Raises:
            KeyError: `text` holds a character outside the alphabet; see `missing`.

        """
        return [self._labels[character] for character in WORD_GAP.join(text.split())]

    def decode(self, labels: Iterable[int]) -> str:
        """Text of `labels` from which the blanks and repeats of a path are removed already."""
        return "".join(self.symbols[label - 1] for label in labels).replace(WORD_GAP, " ")

    def missing(self, text: str) -> str:
        """The characters of `text` that the alphabet lacks, in order of appearance."""
        texts = text.split() if self.word_gap else [text]
        return "".join(dict.fromkeys(c for part in texts for c in part if c not in self._labels))

    @property
    def word_gap(self) -> int | None:
        """Label of the gap between two words; None if the alphabet has none."""
        return self._labels.get(WORD_GAP)

    def union(self, texts: Iterable[str]) -> Charset:
        """This alphabet with the missing characters of `texts` appended, sorted.

        A text of several words brings the gap between them. Unprintable characters are left out
        because no image shows them.
        """
        found: set[str] = set()
        for text in texts:
            found.update(WORD_GAP.join(text.split()))
        extra = {c for c in found - set(self.symbols) if c.isprintable() and not c.isspace()}
        return Charset(self.symbols + "".join(sorted(extra)))
