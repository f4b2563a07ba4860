"""Folding of texts: case and accents."""

from __future__ import annotations

import unicodedata

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


_JOINERS = {
    # marks that are never drawn and that Unicode puts in no category of their own
    *map(chr, (0x34F, *range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))),
}


def visible(text: str) -> str:
    """Leave out what is never drawn: soft hyphens, zero-width and bidi marks, variation selectors.

    They come along with copied text, and nobody who types or reads a word means them.
    """
    if text.isascii():
        return text
    return "".join(c for c in text if unicodedata.category(c) != "Cf" and c not in _JOINERS)


def fold(text: str) -> str:
    """Lower-case a text and take its accents off, because both are chance after reading.

    Compatibility forms are decomposed (`№5` becomes `no5`), and letters that Unicode does not
    decompose become what is typed instead (`ø` becomes `o`); invisible characters are left out.
    Folding a folded text changes nothing, and each character folds on its own.

    `recognizer.posteriors.folding` folds in the same way and cannot be imported from here;
    `tests/test_folding.py` holds both together.
    """
    if text.isascii():
        return text.lower()
    bare = _unmarked(
        visible(text)
    )  # before and after: `№` decomposes to a capital, `ß` folds to two
    return _unmarked(bare.casefold()).translate(_TYPED)


def _unmarked(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c))
