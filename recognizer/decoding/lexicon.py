"""Word lists as a prior for LM fusion: listed words become likelier, none becomes impossible."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from recognizer.decoding import word_lists
from recognizer.decoding.automaton import Prior
from recognizer.decoding.compilation_cache import cached
from recognizer.decoding.lexicon_automaton import LexiconAutomaton, WordTree
from recognizer.errors import DataError
from recognizer.files.textfile import NotTextError, decode, lines, stripped

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from recognizer.posteriors.charset import Charset

ENGLISH = "english"
"""Name of the English list that is shipped."""

WORDFREQ = "wordfreq:"
"""What the name of a list of another language begins with, before the language's code."""

_WORD_FACTOR = 7.0
"""Factor of a listed word; this and the next two were chosen on held-out hands, see EXPERIMENTS.md."""

_LETTER_FACTOR = 4.0
"""Factor of each letter: a long text is hardly ever a listed word by chance."""

_FREQUENCY_EXPONENT = 0.5
"""Exponent of a frequency: with 1, the hundred commonest words would push away all others."""

_DEFAULT_FREQUENCY = 1e-5
"""Frequency of a word that is listed without one: ten in a million, a rare English word."""


class Lexicon(Prior):
    """A prior that makes listed words likelier, by their frequency and length.

    A listed word of n letters (n > 1) and frequency f scores 1 + 7·√f·4ⁿ, any other text 1.
    Capitals and signs do not matter: `Vertex,` scores as `vertex`. An identifier of several words
    (`hasLeftChild`, `node.next`) scores their product, if that is more. In terms of Bayes: the
    ratio of a unigram model of listed words, tempered, to a model of texts in which a letter
    costs a factor of 4.
    """

    def __init__(self, words: Mapping[str, float] | WordTree) -> None:
        """Take words with their shares 0..1 of running text, or what was made of them."""
        self._tree = words if isinstance(words, WordTree) else _tree(words)
        super().__init__()

    def compiled(self, charset: Charset) -> LexiconAutomaton:
        """See `Prior`."""
        return LexiconAutomaton(self._tree, charset)


def _tree(frequencies: Mapping[str, float]) -> WordTree:
    folded: defaultdict[str, float] = defaultdict(float)
    for word, frequency in zip(map(str.lower, frequencies), frequencies.values(), strict=True):
        core = word if word.isalnum() else "".join(filter(str.isalnum, word))
        folded[core] += frequency
    folded.pop("", None)
    values = np.fromiter(folded.values(), np.float64, len(folded)) ** _FREQUENCY_EXPONENT
    factors = dict(zip(folded, (_WORD_FACTOR * values).tolist(), strict=True))
    return WordTree.made(factors, _LETTER_FACTOR)


def load(names: Sequence[str]) -> Lexicon:
    """The prior of all lists of `names`, see `frequencies`; ready-made where it was loaded before.

    Raises:
        DataError: see `frequencies`.

    """
    arrays = cached("words", contents(names), lambda: _tree(frequencies(names)).arrays())
    return Lexicon(WordTree.of(arrays))


def frequencies(names: Sequence[str]) -> dict[str, float]:
    """Words of all lists (files, ENGLISH, or `wordfreq:CODE`) with their shares of running text.

    A word of several lists has the highest of its shares, in whatever order the lists are given.

    Raises:
        DataError: a file cannot be read, a line is no word with a frequency, or there is no
            list of such a language.

    """
    if len(names) == 1:
        return _listed(names[0])
    merged: dict[str, float] = {}
    for name in names:
        for word, frequency in _listed(name).items():
            merged[word] = max(frequency, merged.get(word, 0.0))
    return merged


def contents(names: Sequence[str]) -> list[bytes]:
    """What `frequencies` would read of each list: its text; of an installed one its file, and its name.

    Raises:
        DataError: a file cannot be read, or there is no list of such a language.

    """
    return [
        f"{name} ".encode() + word_lists.content(language)
        if (language := _installed(name))
        else _text(name)
        for name in names
    ]


def _installed(name: str) -> str:
    """The language of an installed list, or "" for a file."""
    if name.startswith(WORDFREQ):
        return name.removeprefix(WORDFREQ) or "?"
    return "en" if name == ENGLISH else ""


def _text(name: str) -> bytes:
    return _content(name).encode()


def _listed(name: str) -> dict[str, float]:
    language = _installed(name)
    if not language:
        return _read(Path(name))
    words = word_lists.frequencies(language)
    if name == ENGLISH:
        return words
    return {word: f for word, f in words.items() if f >= word_lists.MIN_FREQUENCY}


def _read(path: Path) -> dict[str, float]:
    """Words with shares; frequencies that sum to more than 1 are counts, and are normalised."""
    listed = dict(_rows(lines(_content(str(path))), path))
    total = max(1.0, sum(f for f in listed.values() if f is not None))
    return {word: _DEFAULT_FREQUENCY if f is None else f / total for word, f in listed.items()}


def _content(path: str) -> str:
    try:
        return decode(Path(path).read_bytes())
    except NotTextError as error:
        msg = f"{path}, {error}"
        raise DataError(msg) from error
    except OSError as error:
        msg = f"{path}: cannot read the word list ({error.strerror})"
        raise DataError(msg) from error


_HEADINGS = {"word", "words", "frequency", "freq", "count", "share"}
"""Of the two columns of a word list; a first line of two of them is no word."""


def _rows(listed: list[str], path: Path) -> Iterator[tuple[str, float | None]]:
    for number, line in enumerate(listed, start=1):
        match stripped(line).split():
            case []:
                continue
            case [word, column] if number == 1 and {word.lower(), column.lower()} <= _HEADINGS:
                continue
            case [word]:
                yield word, None
            case [word, frequency] if (value := _positive(frequency)) is not None:
                yield word, value
            case _:
                msg = f"{path}, line {number}: expected a word and perhaps a frequency: {line!r}"
                raise DataError(msg)


def _positive(number: str) -> float | None:
    try:
        value = float(number)
    except ValueError:
        return None
    return value if 0 < value < float("inf") else None
