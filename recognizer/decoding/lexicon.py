"""Word lists as a prior for LM fusion: listed words become likelier, none becomes impossible."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from recognizer.decoding.automaton import Prior
from recognizer.decoding.lexicon_automaton import LexiconAutomaton, WordTree
from recognizer.errors import DataError
from recognizer.textfile import NotTextError, decode, lines, stripped

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from recognizer.charset import Charset

ENGLISH = "english"
"""Name of the English list that comes with the package wordfreq."""

WORDFREQ = "wordfreq:"
"""What the name of a list of another language of wordfreq begins with, before the language's code."""

_MIN_FREQUENCY = 1e-7
"""Words that are rarer are left out of such a list: they are three in four, and mostly names."""

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

    def __init__(self, frequencies: Mapping[str, float]) -> None:
        """Take words with their shares 0..1 of running text."""
        folded: defaultdict[str, float] = defaultdict(float)
        for word, frequency in frequencies.items():
            folded[_core(word)] += frequency
        folded.pop("", None)
        self._factors = {
            word: _WORD_FACTOR * frequency**_FREQUENCY_EXPONENT
            for word, frequency in folded.items()
        }
        super().__init__()

    @cached_property
    def _tree(self) -> WordTree:
        return WordTree(self._factors, _LETTER_FACTOR)

    def compiled(self, charset: Charset) -> LexiconAutomaton:
        """See `Prior`."""
        return LexiconAutomaton(self._tree, charset)


def _core(text: str) -> str:
    small = text.lower()
    return small if small.isalnum() else "".join(filter(str.isalnum, small))


def frequencies(names: Sequence[str]) -> dict[str, float]:
    """Words of all lists (files, ENGLISH, or `wordfreq:CODE`) with their shares of running text.

    A word of several lists has the highest of its shares, in whatever order the lists are given.

    Raises:
        DataError: a file cannot be read, a line is no word with a frequency, or wordfreq has no
            such language.

    """
    merged: dict[str, float] = {}
    for name in names:
        for word, frequency in _listed(name).items():
            merged[word] = max(frequency, merged.get(word, 0.0))
    return merged


def contents(names: Sequence[str]) -> list[str]:
    """The text of each list that `frequencies` would read; of an installed list its version.

    Raises:
        DataError: a file cannot be read.

    """
    return [f"{n} {version('wordfreq')}" if _installed(n) else _content(n) for n in names]


def _installed(name: str) -> bool:
    return name == ENGLISH or name.startswith(WORDFREQ)


def _listed(name: str) -> dict[str, float]:
    if name == ENGLISH:
        return _wordfreq("en")
    if name.startswith(WORDFREQ):
        words = _wordfreq(name.removeprefix(WORDFREQ))
        return {word: frequency for word, frequency in words.items() if frequency >= _MIN_FREQUENCY}
    return _read(Path(name))


def _wordfreq(language: str) -> dict[str, float]:
    # loaded here because its tables take a second
    from wordfreq import available_languages, get_frequency_dict, get_frequency_list

    if language not in available_languages():
        known = ", ".join(sorted(available_languages()))
        msg = f"{WORDFREQ}{language}: no such list; the languages of wordfreq are {known}"
        raise DataError(msg)
    listed = {word: f for word, f in get_frequency_dict(language).items() if word.isalpha()}
    # wordfreq would keep its own copies for as long as the daemon runs
    get_frequency_dict.cache_clear()
    get_frequency_list.cache_clear()
    return listed


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
