"""Priors that follow the languages of a page: one for each word, from the words around it.

A language is a letter model, and in indexing a word list as well; which ones a page is in is
found from a first reading without any.
"""

from __future__ import annotations

import hashlib
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from recognizer.decoding import decoder, lexicon, ngram_lm, prior
from recognizer.decoding.language_identification import ORDER, LanguageIdentifier, weights
from recognizer.decoding.language_mixture import LanguageMixture
from recognizer.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from recognizer.decoding.frames import Frames
    from recognizer.decoding.prior import Prior
    from recognizer.posteriors.charset import Charset

AUTO = "auto"
"""All languages that are shipped."""

NONE = ngram_lm.NONE
"""No language at all."""

_FOLDER = Path(__file__).parent.parent / "weights" / "languages"

SHIPPED = {
    "en": ngram_lm.ENGLISH,
    **{code: str(_FOLDER / f"{code}.arpa.gz") for code in ("fr", "de", "es", "it", "pt", "nl")},
}
"""Letter models by the ISO 639 codes of their languages, the one to expect first."""

Names: TypeAlias = "str | Sequence[str]"
"""AUTO, NONE, or codes of SHIPPED and paths of ARPA files."""


class LanguagePriors:
    """Finds the languages that words are in, and gives each word their mixture as its prior."""

    def __init__(self, names: Sequence[str], *, lists: bool) -> None:
        """Load the trigrams of some languages; a whole model when it is first needed.

        Args:
            names: languages, the one to expect first, see `load`.
            lists: whether the word lists of shipped languages belong to their priors.

        Raises:
            DataError: a model cannot be loaded.

        """
        trigrams = [_model(name, ORDER) for name in names]
        self._identifier = LanguageIdentifier(trigrams)
        self._names, self._lists = names, lists
        self._language = cache(self._load_language)
        self._mixture = cache(self._mix)

    def choose(
        self,
        probabilities: Sequence[NDArray[np.float32]] | Frames,
        charset: Charset,
        pages: Sequence[int] = (),
    ) -> list[Prior | None]:
        """The prior of each word.

        Args:
            probabilities: of each word [T, labels], calibrated, in reading order, or their frames.
            charset: their alphabet.
            pages: what each word is from, for example the number of its photo; words of one page
                stand together. Words of other pages do not count (default: all are of one).

        """
        chosen: list[Prior | None] = []
        read = decoder.decode_all(probabilities, charset)
        seen = self._identifier.likelihoods([reading.alternatives for reading in read])
        start = 0
        for _, page in groupby(pages or [0] * len(read)):
            end = start + len(list(page))
            chosen += [self._mixture(tenths) for tenths in weights(seen[start:end])]
            start = end
        return chosen

    def _mix(self, tenths: tuple[int, ...]) -> Prior | None:
        """The prior of languages in these parts, the last of which is none."""
        parts = [
            (part / sum(tenths), self._language(place) if place < len(self._names) else None)
            for place, part in enumerate(tenths)
            if part
        ]
        return parts[0][1] if len(parts) == 1 else LanguageMixture(parts)

    def _load_language(self, place: int) -> Prior | None:
        return _single(self._names[place], lists=self._lists)


def load(names: Names = AUTO, *, lists: bool = False) -> Prior | LanguagePriors | None:
    """Load languages for reading.

    Args:
        names: AUTO, NONE, or languages: codes of SHIPPED and paths of ARPA files.
        lists: whether to load the word lists of shipped languages too.

    Returns:
        None for NONE; with one language its prior, whatever a page is in.

    Raises:
        DataError: there is no such language, or a file cannot be read; names it.

    """
    chosen = resolve(names)
    if len(chosen) > 1:
        return LanguagePriors(chosen, lists=lists)
    return _single(chosen[0], lists=lists) if chosen else None


def resolve(names: Names) -> tuple[str, ...]:
    """The languages that are meant, each once.

    Raises:
        DataError: there is no such language, or none in the list.

    """
    if names == NONE:
        return ()
    if names == AUTO:
        return tuple(SHIPPED)
    listed = [names] if isinstance(names, str) else list(dict.fromkeys(names))
    if not listed:
        msg = f'languages: the list is empty; give "{AUTO}", "{NONE}" or languages'
        raise DataError(msg)
    for name in listed:
        if name not in SHIPPED and not Path(name).is_file():
            known = ", ".join(SHIPPED)
            msg = (
                f"languages: {name!r} is no language: give {known}, or an existing file made by "
                "train-language, whose lists of other languages come with the extra train: "
                f"pip install 'ocrsearch[train]' (alone: {AUTO} or {NONE})"
            )
            raise DataError(msg)
    return tuple(listed)


def fingerprint(names: Names, *, lists: bool) -> str:
    """A hash of everything that `load` could read, in 8 hexadecimal digits; "" for NONE.

    Of one language it is that of the model and list by themselves, see `prior.fingerprint`.

    Raises:
        DataError: there is no such language, or a file cannot be read.

    """
    chosen = resolve(names)
    each = [prior.fingerprint(_file(name), _lists(name, lists=lists)) for name in chosen]
    return each[0] if len(each) == 1 else _hash(each)


def _hash(parts: Sequence[str]) -> str:
    return hashlib.sha256("+".join(parts).encode()).hexdigest()[:8] if parts else ""


def _single(name: str, *, lists: bool) -> Prior | None:
    return prior.load(_file(name), _lists(name, lists=lists))


def _file(name: str) -> str:
    return SHIPPED.get(name, name)


def _lists(name: str, *, lists: bool) -> tuple[str, ...]:
    if not lists or name not in SHIPPED:
        return ()
    return (lexicon.ENGLISH if name == "en" else f"{lexicon.WORDFREQ}{name}",)


def _model(name: str, order: int) -> ngram_lm.LanguageModel:
    model = ngram_lm.load(_file(name), order)
    if model is None:  # a file that is called "none"
        msg = f"{name}: {NONE!r} stands alone, not among languages"
        raise DataError(msg)
    return model
