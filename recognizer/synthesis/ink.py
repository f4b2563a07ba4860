"""Ink of a word: the coverage that every way of writing it gives, before it is photographed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class WordInk(NamedTuple):
    """The ink of one word and its line of writing.

    Attributes:
        coverage: share of ink 0..1, [rows, columns], cropped at its sides but not above and below.
        top: row where the line begins, whatever the letters of this word.
        foot: row where the line ends.

    """

    coverage: NDArray[np.float32]
    top: int
    foot: int
