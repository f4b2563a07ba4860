"""Character n-grams as a soft prior: which letter follows which, in texts as people write them.

A language model knows no words: it can spell any text, and merely finds `tion` likelier than
`tiom`. Models are read in the ARPA format of the n-gram toolkits (SRILM, KenLM), with characters
for tokens, so that one made elsewhere can be used.
"""

from __future__ import annotations

import gzip
import zlib
from functools import lru_cache
from math import exp, isfinite, log
from pathlib import Path
from typing import TYPE_CHECKING

from recognizer.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ENGLISH = "english"
"""Name of the model that comes with the program."""

NONE = "none"
"""Name of doing without."""

SHIPPED = Path(__file__).parent.parent / "weights" / "english.arpa.gz"

START, END, UNKNOWN = "\x02", "\x03", "\x1a"
"""One character each for the tokens below."""

TOKENS = {"<s>": START, "</s>": END, "<unk>": UNKNOWN}

_POWER = 0.5
"""Power of the model's probability; this and the next were chosen on hand10, see EXPERIMENTS.md."""

_LETTER = 1.5
"""Logarithm of what a letter is worth; without it, short texts would always be likelier."""


class LanguageModel:
    """How much likelier the characters of a text make it.

    A text is rewarded by the product of (e^1.5·P(c | characters before c))^0.5 over its letters,
    its digits and its end. Capitals do not matter, `NODE` is rewarded as `node`, and signs are
    neither rewarded nor punished: texts to learn from have too few of them.
    Source: character n-grams in the CTC beam as of Hannun et al. 2014, backing off as Katz 1987.
    """

    def __init__(self, probabilities: Mapping[str, float], backoffs: Mapping[str, float]) -> None:
        """Decimal logarithms of n-grams' probabilities, and of what it costs to back off from them.

        N-grams are strings of lower-case characters and of START, END and UNKNOWN, which has a
        probability.
        """
        self._probabilities = probabilities
        self._backoffs = backoffs
        self._order = max(map(len, probabilities))
        self._factor = lru_cache(1 << 17)(self._worth)
        self.promise = lru_cache(1 << 16)(self._promise)

    def reward(self, text: str) -> float:
        """Factor on the probability that an image says `text`."""
        return self.promise(text + END)

    def _promise(self, start: str) -> float:
        """The same for a text that may go on."""
        if not start:
            return 1.0
        # a text's first characters stand after its start, as far as n-grams reach
        tail = start[-self._order :] if len(start) >= self._order else START + start
        return self.promise(start[:-1]) * self._factor(tail)

    def _worth(self, ngram: str) -> float:
        if not (ngram[-1].isalnum() or ngram[-1] == END):
            return 1.0
        return exp(_POWER * (_LETTER + log(10.0) * self.log_probability(ngram.lower())))

    def log_probability(self, ngram: str) -> float:
        """Decimal logarithm of P(last character | the characters before it)."""
        cost = 0.0
        while ngram not in self._probabilities:
            if len(ngram) == 1:
                return cost + self._probabilities[UNKNOWN]
            cost += self._backoffs.get(ngram[:-1], 0.0)
            ngram = ngram[1:]
        return cost + self._probabilities[ngram]


def load(name: str) -> LanguageModel | None:
    """The model in the ARPA file `name`, perhaps compressed with gzip; ENGLISH and NONE are names.

    Raises:
        DataError: the file cannot be read, or holds no model of characters.

    """
    if name == NONE:
        return None
    path = _path(name)
    probabilities: dict[str, float] = {}
    backoffs: dict[str, float] = {}
    for number, line in enumerate(_lines(name), start=1):
        match line.split("\t"):
            case [probability, tokens, *backoff] if len(backoff) < 2:
                try:
                    ngram = "".join(_character(token) for token in tokens.split(" "))
                    probabilities[ngram] = _finite(probability)
                    if backoff:
                        backoffs[ngram] = _finite(backoff[0])
                except ValueError as error:
                    msg = f"{path}, line {number}: no n-gram of characters: {line!r}"
                    raise DataError(msg) from error
            case _:  # headings, and the number of n-grams
                continue
    if UNKNOWN not in probabilities:
        msg = f"{path}: no language model in the ARPA format (it has no <unk>)"
        raise DataError(msg)
    return LanguageModel(probabilities, backoffs)


def content(name: str) -> bytes:
    """The bytes that `load` would read; none for NONE.

    Raises:
        DataError: the file cannot be read.

    """
    if name == NONE:
        return b""
    path = _path(name)
    try:
        return path.read_bytes()
    except OSError as error:
        msg = f"{path}: cannot read the language model ({error.strerror})"
        raise DataError(msg) from error


def _path(name: str) -> Path:
    return SHIPPED if name == ENGLISH else Path(name)


def _lines(name: str) -> Iterator[str]:
    packed = content(name)
    try:
        text = gzip.decompress(packed) if packed[:2] == b"\x1f\x8b" else packed
        # only line feeds end a line: a token may be any other character
        yield from text.decode("utf-8").split("\n")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        msg = f"{_path(name)}: damaged, or no language model ({error})"
        raise DataError(msg) from error


def _finite(number: str) -> float:
    value = float(number)
    if not isfinite(value):
        msg = f"{number} is no logarithm that forbids nothing"
        raise ValueError(msg)
    return value


def _character(token: str) -> str:
    character = TOKENS.get(token, token)
    if len(character) != 1:
        msg = f"{token!r} is not one character"
        raise ValueError(msg)
    return character.lower()
