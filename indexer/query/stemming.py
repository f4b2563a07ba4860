"""Inflections: other forms of a word, as `sorted` and `sort` are of `sorting`, by its stems."""

from __future__ import annotations

from functools import cache, lru_cache
from itertools import takewhile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

_LANGUAGES = {
    "english": 3,
    "french": 5,
    "german": 5,
    "spanish": 5,
    "italian": 5,
    "portuguese": 5,
    "dutch": 5,
}
"""Languages whose forms count, and the letters of the shortest stem in each: which language a query
is in is unknown, and short stems of one are words of another."""

MIN_LETTERS = 4
"""Letters of the shortest word whose other forms are looked for."""

MIN_PREFIX = 3
"""Letters that all forms of a word begin with, at least."""


@lru_cache(100)
def prefix_of(word: str) -> str:
    """What all forms of a folded word begin with; "" if it has none that are looked for."""
    if len(word) < MIN_LETTERS or not word.isalpha():
        return ""
    prefixes = [_common(word, stem)[:-1] for stem in _stems(word) if stem]
    return word[: max(MIN_PREFIX, min(map(len, prefixes)))] if prefixes else ""


def _common(one: str, other: str) -> str:
    """What two texts both begin with."""
    same = takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))
    return "".join(letter for letter, _ in same)


def forms_among(word: str, terms: Sequence[str]) -> list[str]:
    """Those of the folded `terms` that share a stem with `word` in one of the languages."""
    prefix, asked = prefix_of(word), _stems(word)
    terms = [term for term in terms if prefix and term.startswith(prefix)]
    if not terms:
        return []
    found: list[str] = []
    for stemmer, stem in zip(_stemmers(), asked, strict=True):
        if stem:
            same = zip(terms, stemmer.stemWords(terms), strict=True)
            found += [term for term, other in same if other == stem and term != word]
    return list(dict.fromkeys(found))


@lru_cache(100)
def _stems(word: str) -> tuple[str, ...]:
    """Its stem in each language, "" where that is too short."""
    stems = (stemmer.stemWord(word) for stemmer in _stemmers())
    pairs = zip(stems, _LANGUAGES.values(), strict=True)
    return tuple(stem if len(stem) >= least else "" for stem, least in pairs)


@cache
def _stemmers() -> list[Any]:
    import Stemmer  # a word that is not looked up by its forms needs none

    return [Stemmer.Stemmer(language, 0) for language in _LANGUAGES]
