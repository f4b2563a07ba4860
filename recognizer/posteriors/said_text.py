"""Packed word that surely says a text: what a person has said that stands there. Only numpy."""

from __future__ import annotations

import unicodedata
from itertools import groupby

from recognizer.posteriors.folding import FOLDED, FOLDED_ALPHABET, FOREIGN, SIGN, fold
from recognizer.posteriors.packing import FIRST


def pack_text(text: str) -> bytes:
    """Pack a text with the labels of FOLDED_ALPHABET; b"" if it has neither letters nor digits.

    Blanks and signs are one sign, where the word is split to be looked for in parts; letters that no
    folded text holds are one label. Each symbol is a frame of its own, with a blank between equal
    ones, which CTC would take for one.
    """
    composed = unicodedata.normalize("NFC", text)
    symbols = [symbol for character in composed for symbol in _symbols(character)]
    if all(symbol == SIGN for symbol in symbols):
        return b""
    labels: list[int] = []
    for symbol, run in groupby(symbols):
        count = 1 if symbol == SIGN else len(list(run))
        label = FOLDED_ALPHABET.index(symbol) + 1
        labels += [label, *[0, label] * (count - 1)]
    return bytes(label | FIRST for label in labels) + bytes(len(labels))


def _symbols(character: str) -> list[str]:
    """What a character is folded to, one symbol each; a sign if that is nothing."""
    if unicodedata.combining(character):
        return []
    return [letter if letter in FOLDED else FOREIGN for letter in fold(character)] or [SIGN]
