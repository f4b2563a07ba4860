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


def fold(text: str) -> str:
    """Lower-case a text and take its accents off, because both are chance after reading.

    Compatibility forms are decomposed (`№5` becomes `no5`), and letters that Unicode does not
    decompose become what is typed instead (`ø` becomes `o`). Folding a folded text changes
    nothing, and each character folds on its own.

    `recognizer.posteriors.folding` folds in the same way and cannot be imported from here;
    `tests/test_folding.py` holds both together.
    """
    if text.isascii():
        return text.lower()
    bare = _unmarked(text)  # before and after: `№` decomposes to a capital, `ß` folds to two
    return _unmarked(bare.casefold()).translate(_TYPED)


def _unmarked(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c))
