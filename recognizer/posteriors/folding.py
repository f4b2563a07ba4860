"""Folding of texts and of the labels of an alphabet. Only the standard library and numpy.

`indexer.query.folding` folds in the same way and cannot be imported from here;
`tests/test_folding.py` holds both together.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from recognizer.posteriors.packing import MAX_LABELS

if TYPE_CHECKING:
    from numpy.typing import NDArray

FOLDED = "abcdefghijklmnopqrstuvwxyz0123456789"
"""Characters that posteriorgrams can be scored for; class 1, 2, … of a folded alphabet."""

OTHER = len(FOLDED) + 1
"""Class of letters and digits that are not in FOLDED, such as Greek ones: neither those nor signs."""

_TYPED = str.maketrans(
    # Unicode does not decompose these: what people type who do not have the key
    {
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ħ": "h",
        "ŧ": "t",
        "ŋ": "n",
        "ı": "i",
        "ĸ": "q",
        "ʼ": "'",  # an apostrophe that Unicode counts as a letter; `ŉ` decomposes to it
    }
)


def fold(text: str) -> str:
    """Reduce a text to what search compares: lower-case letters and digits without accents."""
    if text.isascii():
        folded = text.lower()
    else:
        bare = _unmarked(text)  # before and after: `№` decomposes to a capital, `ß` folds to two
        folded = _unmarked(bare.casefold()).translate(_TYPED)
    return "".join(filter(str.isalnum, folded))


def _unmarked(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c))


@dataclass(frozen=True)
class FoldedAlphabet:
    """The labels of an alphabet by what they fold to.

    Attributes:
        classes: class of each coded label [2 * MAX_LABELS], for the high bit of a code is no part
            of the label: 0 for the blank and for signs, 1, 2, … for FOLDED, OTHER, and from
            OTHER + 1 on one class for each of `expansions`.
        expansions: what the labels that fold to several characters say, as classes: `œ` says o, e.

    """

    classes: NDArray[np.intp]
    expansions: tuple[tuple[int, ...], ...]

    @property
    def size(self) -> int:
        """Number of classes."""
        return OTHER + 1 + len(self.expansions)


@cache
def fold_alphabet(alphabet: str) -> FoldedAlphabet:
    """Fold the symbols of labels 1, 2, …; those beyond MAX_LABELS have no code and are left out."""
    classes = [0] * MAX_LABELS
    expansions: list[tuple[int, ...]] = []
    for label, symbol in enumerate(alphabet[: MAX_LABELS - 1], start=1):
        said = tuple(FOLDED.find(character) + 1 or OTHER for character in fold(symbol))
        if len(said) < 2 or OTHER in said:
            classes[label] = OTHER if OTHER in said else sum(said)
            continue
        if said not in expansions:
            expansions.append(said)
        classes[label] = OTHER + 1 + expansions.index(said)
    return FoldedAlphabet(np.asarray(classes * 2, dtype=np.intp), tuple(expansions))
