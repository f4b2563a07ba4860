"""Word lists as a soft prior: known words become more probable, nothing becomes impossible."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from recognizer.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ENGLISH = "english"
"""Name of the list that comes with the package wordfreq."""

_WEIGHT = 16.0
"""Reward of a list; this and the next two were chosen on hand10, see EXPERIMENTS.md."""

_LETTER = 5.0
"""Reward of a letter: a long text is hardly ever a known word by chance."""

_TEMPER = 0.5
"""Power of a frequency: with 1, the hundred commonest words would push away all others."""

_RARE = 1e-5
"""Frequency of a word that is listed without one: ten in a million, a rare English word."""

_UPPER, _LOWER = "A-ZÀ-ÖØ-Þ", "a-zß-öø-ÿ"
_PART = re.compile(f"[{_UPPER}]?[{_LOWER}]+|[{_UPPER}]+(?![{_LOWER}])")
"""Words of a name as programs use them: `hasLeftChild` has three, `INPUT.Value` two."""


class Lexicon:
    """Words with frequencies, and how much likelier they make a text.

    A listed word of n letters (n > 1) and frequency f is rewarded by 1 + 16·√f·5ⁿ, any other text
    by 1. Capitals and signs do not matter: `Vertex,` is rewarded as `vertex`.
    A text of several words (`hasLeftChild`, `node.next`) is rewarded by their product, if that is
    more. In terms of Bayes: the ratio of a unigram model of listed words, tempered, to a model of
    texts in which a letter costs a factor of 5.
    """

    def __init__(self, frequencies: Mapping[str, float]) -> None:
        """Words with their shares of running text."""
        folded: defaultdict[str, float] = defaultdict(float)
        for word, frequency in frequencies.items():
            folded[_core(word)] += frequency
        self._words: dict[str, float] = {}
        self._starts: dict[str, float] = {}
        for word, frequency in folded.items():
            reward = _WEIGHT * frequency**_TEMPER
            for length in range(2, len(word) + 1):
                start, value = word[:length], reward * _LETTER**length
                if value > self._starts.get(start, 0.0):
                    self._starts[start] = value
            if len(word) > 1:
                self._words[word] = reward * _LETTER ** len(word)
        self.promise = lru_cache(1 << 16)(self._promise)

    def reward(self, text: str) -> float:
        """Factor >= 1 on the probability that an image says `text`."""
        return self._product(text, self._words)

    def _promise(self, start: str) -> float:
        """The same for a text that may go on: its last word may be the start of a listed one."""
        return self._product(start, self._starts)

    def _product(self, text: str, last: Mapping[str, float]) -> float:
        whole = 1.0 + last.get(_core(text), 0.0)
        parts = _PART.findall(text)
        if len(parts) < 2:
            return whole
        product = 1.0 + (last if text.endswith(parts[-1]) else self._words).get(
            parts[-1].lower(), 0.0
        )
        for part in parts[:-1]:
            product *= 1.0 + self._words.get(part.lower(), 0.0)
        return max(whole, product)


def _core(text: str) -> str:
    return "".join(filter(str.isalnum, text.lower()))


def frequencies(names: Sequence[str]) -> dict[str, float]:
    """Words of several lists together, files or ENGLISH, with their shares of running text.

    Raises:
        DataError: a file cannot be read, or a line is no word with a frequency.

    """
    together: dict[str, float] = {}
    for name in names:
        listed = _english() if name == ENGLISH else _read(Path(name))
        for word, frequency in listed.items():
            together[word] = max(frequency, together.get(word, 0.0))
    return together


def contents(names: Sequence[str]) -> list[str]:
    """What `frequencies` would read, or in place of a list that is installed its version.

    Raises:
        DataError: a file cannot be read.

    """
    return [f"{ENGLISH} {version('wordfreq')}" if n == ENGLISH else _content(n) for n in names]


def _english() -> dict[str, float]:
    # loaded here because its tables take a second
    from wordfreq import get_frequency_dict, get_frequency_list

    listed = {word: f for word, f in get_frequency_dict("en").items() if word.isalpha()}
    # wordfreq would keep its own copies for as long as the daemon runs
    get_frequency_dict.cache_clear()
    get_frequency_list.cache_clear()
    return listed


def _read(path: Path) -> dict[str, float]:
    """Words with shares; frequencies that sum to more than 1 are counts, and are divided."""
    listed = dict(_rows(_content(str(path)).splitlines(), path))
    total = max(1.0, sum(f for f in listed.values() if f is not None))
    return {word: _RARE if f is None else f / total for word, f in listed.items()}


def _content(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        msg = f"{path}: cannot read the word list ({error})"
        raise DataError(msg) from error


def _rows(lines: list[str], path: Path) -> Iterator[tuple[str, float | None]]:
    for number, line in enumerate(lines, start=1):
        match line.split():
            case []:
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
