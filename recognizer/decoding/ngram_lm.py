"""A character n-gram language model, read from ARPA files, as a prior for LM fusion.

The model has no vocabulary: it gives every text a probability, and `tion` a higher one than
`tiom`. The ARPA format is that of the n-gram toolkits (SRILM, KenLM), with characters for tokens,
so that a model made elsewhere can be used.
"""

from __future__ import annotations

import gzip
import zlib
from math import isfinite, log
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from recognizer.decoding.automaton import Prior
from recognizer.decoding.compilation_cache import cached
from recognizer.decoding.ngram_automaton import Contexts, NgramAutomaton, compiled
from recognizer.errors import DataError
from recognizer.files.textfile import NotTextError, decode, lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from recognizer.posteriors.charset import Charset

ENGLISH = "english"
"""Name of the model that is shipped with the program."""

NONE = "none"
"""Name for no language model."""

SHIPPED = Path(__file__).parent.parent / "weights" / "english.arpa.gz"

START = "\x02"
"""The character of the token <s>, the beginning of a text."""

END = "\x03"
"""The character of the token </s>, the end of a text."""

UNKNOWN = "\x1a"
"""The character of the token <unk>, any character that the model does not contain."""

TOKENS = {"<s>": START, "</s>": END, "<unk>": UNKNOWN}
"""The characters of the ARPA tokens that have more than one."""

_LM_WEIGHT = 0.35
"""Weight of the model's log probability; this and the next were chosen on held-out hands, see EXPERIMENTS.md."""

_INSERTION_BONUS = 2.0
"""Added to the log probability of each character; without it, short texts would always win."""


_MAX_EXPONENT = 300.0
"""Highest natural logarithm of a factor, so that products of a few do not overflow."""


class LanguageModel(Prior):
    """A character n-gram model with back-off, as a prior.

    A text scores the product of (e²·P(c | characters before c))^0.35 over its letters, its
    digits and its end. Case does not matter (`NODE` scores as `node`), and signs do not change
    the score because training texts hold too few of them.
    Source: character n-grams in the CTC beam as of Hannun et al. 2014, backing off as Katz 1987.
    """

    def __init__(
        self,
        probabilities: Mapping[str, float] | Contexts,
        backoffs: Mapping[str, float] | None = None,
    ) -> None:
        """Take the decimal logarithms of probabilities and of back-off weights, by n-gram.

        N-grams are strings of lower-case characters and of START, END and UNKNOWN; UNKNOWN must
        have a probability. What was made of them may be given instead.
        """
        self._contexts = (
            probabilities
            if isinstance(probabilities, Contexts)
            else _compiled(probabilities, backoffs or {})
        )
        super().__init__()

    def compiled(self, charset: Charset) -> NgramAutomaton:
        """See `Prior`."""
        return NgramAutomaton(self._contexts, charset)

    def log_factors(self, ngrams: Sequence[str]) -> NDArray[np.float64]:
        """Natural logarithm of the factor of each n-gram's last letter, digit or end after the others.

        N-grams are in lower case.
        """
        return np.log(self._contexts.last_factors(ngrams))

    def log_probability(self, ngram: str) -> float:
        """Decimal logarithm of P(last character | the characters before it)."""
        factor = float(self.log_factors([ngram])[0])
        return (factor / _LM_WEIGHT - _INSERTION_BONUS) / log(10.0)


def _compiled(probabilities: Mapping[str, float], backoffs: Mapping[str, float]) -> Contexts:
    factors = _factors(probabilities, _INSERTION_BONUS)
    return compiled(factors, _factors(backoffs), (START, END, UNKNOWN))


def _factors(decimal_logarithms: Mapping[str, float], bonus: float = 0.0) -> dict[str, float]:
    values = np.fromiter(decimal_logarithms.values(), np.float64, len(decimal_logarithms))
    exponents = (_LM_WEIGHT * (bonus + log(10.0) * values)).clip(-_MAX_EXPONENT, _MAX_EXPONENT)
    return dict(zip(decimal_logarithms, np.exp(exponents).tolist(), strict=True))


def load(name: str, order: int | None = None) -> LanguageModel | None:
    """Load the ARPA file `name`, which may be gzip-compressed, or the model ENGLISH or NONE.

    A file that was loaded before is ready-made, see `compilation_cache`.

    Args:
        name: path or name of the model.
        order: characters of the longest n-grams to load (default: all), which come last in
            the file.

    Raises:
        DataError: the file cannot be read, or holds no model of characters.

    """
    if name == NONE:
        return None
    packed = content(name)
    arrays = cached(
        "letters",
        [packed, f"{order}".encode()],
        lambda: _compiled(*parsed(name, packed, order)).arrays(),
    )
    return LanguageModel(Contexts.of(arrays))


def parsed(
    name: str, packed: bytes, order: int | None = None
) -> tuple[dict[str, float], dict[str, float]]:
    """The decimal logarithms of probabilities and of back-off weights, see `LanguageModel`.

    Args:
        name: of the model, for error messages.
        packed: its `content`.
        order: see `load`.

    Raises:
        DataError: it is no model of characters.

    """
    path = _path(name)
    probabilities: dict[str, float] = {}
    backoffs: dict[str, float] = {}
    beyond = f"\\{order + 1}-grams:" if order else None
    for number, line in enumerate(_lines(name, packed), start=1):
        if line == beyond:
            break
        match line.split("\t"):
            case [probability, tokens, *backoff] if len(backoff) < 2:
                try:
                    ngram = _spelled(tokens)
                    probabilities[ngram] = _finite(probability)
                    if backoff:
                        backoffs[ngram] = _finite(backoff[0])
                except ValueError as error:
                    msg = f"{path}, line {number}: expected a logarithm, characters with spaces between them and perhaps a weight: {line!r}"
                    raise DataError(msg) from error
            case _:  # section headings and n-gram counts
                continue
    if UNKNOWN not in probabilities:
        msg = f"{path}: no language model in the ARPA format (it has no <unk>)"
        raise DataError(msg)
    return probabilities, backoffs


def content(name: str) -> bytes:
    """The bytes of the file that `load` would read; b"" for NONE.

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


def _lines(name: str, packed: bytes) -> Iterator[str]:
    try:
        text = gzip.decompress(packed) if packed[:2] == b"\x1f\x8b" else packed
        # only line feeds end a line: a token may be any other character
        # (blanks at the end of a line are none: a blank is written as a name)
        yield from (line.rstrip(" \t") for line in lines(decode(text)))
    except NotTextError as error:
        msg = f"{_path(name)}: damaged, or no language model ({error})"
        raise DataError(msg) from error
    except (OSError, EOFError, zlib.error) as error:
        msg = f"{_path(name)}: damaged, or no language model"
        raise DataError(msg) from error


def _finite(number: str) -> float:
    value = float(number)
    if not isfinite(value):
        msg = f"{number} is not a finite logarithm"
        raise ValueError(msg)
    return value


def _spelled(tokens: str) -> str:
    """The characters of tokens with spaces between them."""
    if "<" in tokens or tokens[1::2].strip(" ") or not len(tokens) % 2:
        return "".join(_character(token) for token in tokens.split(" "))
    return tokens[::2].lower()  # single characters only, as nearly always: four times as fast


def _character(token: str) -> str:
    character = TOKENS.get(token, token)
    if len(character) != 1:
        msg = f"{token!r} is not one character"
        raise ValueError(msg)
    return character.lower()
