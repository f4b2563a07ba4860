"""Folding of texts, of the labels of an alphabet, and of their probabilities. Only the standard library and numpy.

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

_EXPANDING = "æœßþĳǆǉǌﬀﬁﬂﬃﬄﬅ№™℠℡℻℀℁℅℆¼½¾⅐⅑⅒⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞↉ⅱⅲⅳⅵⅶⅷⅸⅺⅻ"
"""A symbol for each of the texts of several characters that one symbol may fold to."""

SIGN, FOREIGN = "-", "ω"
"""A sign, for all of them; and a letter that is in no folded text, for all of those."""

FOLDED_ALPHABET = FOLDED + SIGN + FOREIGN + _EXPANDING
"""One symbol for all those that search does not tell apart. Words are packed with these labels, so
that they can be compared whatever alphabet they were read with; the order is part of the format."""

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


@cache
def folded_labels(alphabet: str) -> NDArray[np.intp]:
    """The label in FOLDED_ALPHABET of each label of `alphabet`, the blank's first."""
    by_text = {fold(symbol): label for label, symbol in enumerate(FOLDED_ALPHABET, start=1)}
    foreign = by_text[fold(FOREIGN)]
    return np.array([0, *(by_text.get(fold(symbol), foreign) for symbol in alphabet)], np.intp)


# probabilities --------------------------------------------------------------------------------

MIN_ALIKE = 0.5
"""Probability that two frames write symbols that fold alike, from which on these may be two letters."""

MIN_DOUBLED = 0.05
"""Probability that they are two letters below which this is not looked at."""


def folded_probabilities(probabilities: NDArray[np.float32], alphabet: str) -> NDArray[np.float32]:
    """Sum [T, labels] probabilities over the symbols of `alphabet` that fold alike.

    Returns:
        [T or more, 1 + len(FOLDED_ALPHABET)]. CTC merges equal symbols that follow each other, but
        `ée` are two letters: between such frames stands one more, which is blank with the
        probability that their symbols differ.

    """
    labels = folded_labels(alphabet)
    folded = np.zeros((len(probabilities), 1 + len(FOLDED_ALPHABET)), np.float32)
    # labels that fold alike side by side, since a loop over the alphabet takes longer
    order = labels.argsort(kind="stable")
    present, start = np.unique(labels[order], return_index=True)
    folded[:, present] = np.add.reduceat(probabilities[:, order], start, axis=1)
    best = probabilities.argmax(axis=1)
    differing = (best[1:] != best[:-1]) & (labels[best[1:]] == labels[best[:-1]])
    places, between = [], []
    for place in np.flatnonzero(differing & (labels[best[1:]] > 0)):
        label = labels[best[place]]
        before, behind = probabilities[place : place + 2, labels == label]
        alike = float(before.sum() * behind.sum())
        doubled = 1 - float(before @ behind) / alike
        if alike >= MIN_ALIKE and doubled >= MIN_DOUBLED:
            row = np.zeros(folded.shape[1], np.float32)
            row[[0, label]] = doubled, 1 - doubled
            places.append(place + 1)
            between.append(row)
    return np.insert(folded, places, between, axis=0) if places else folded
