"""The vocabulary of synthetic words: everyday words, identifiers, formulas, numbers and signs.

The shares follow whiteboards, where one text in twelve is a single letter or digit (a node of a
graph, a variable), and one in eight has two characters.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

_TAILS = (".", ",", ":", ";", "?", "!", ")", "=", "()", "...", '"')
_PAIRS = ("()", "[]", "{}", '""', "''", "<>")
_SIGNS = ("->", "=>", "==", "!=", "<=", ">=", "+=", "++", "-", "=", "+", "*", "/", "&", "%", "#")

_LETTERS = "abcdefghijklmnopqrstuvwxyz" + 2 * "ijknmxyab"
"""Small letters, those of common variables more often."""

_CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ" + 2 * "ABCDEFN"
"""Capitals, those of common nodes and sets more often."""

_FORMULAS = (
    "O({v})", "O({v}^2)", "O(log{v})", "O(1)", "{v}^2", "2^{v}", "{v}^{d}", "log({v})", "f({v})",
    "arr[{v}]", "{w}[{v}]", "{w}[{d}]", "{v}[{v}+1]", "{v}++", "{v}--", "{v}+=1", "{v}={d}",
    "{v}==0", "{v}<{w}", "{v}>{d}", "{v}+{w}", "{v}-1", "{v}/2", "{d}{v}", "{v}{d}", "{v}*{w}",
    "({v})", "{c}->{v}", "{v},", "{c}:", "{v})", "{d}.", "{d})",
)  # fmt: skip
"""Parts of formulas: v and w are variables, c a capital, d a digit."""


_IDENTIFIERS = (
    *4 * ("{a}{B}",), *2 * ("{a}_{b}", "{a}.{b}"), "{a}_{b}()", "{a}.{b}()", "{a}.{b}({v});",
    "{a}{B}(", "{a}{B}({v})", "{A}<{B}>", "{A}<{B}>();", "{A}{B}<>();", "{A}[]", "{a}[{v}]",
    "{a}[{b}]", "({a},", "({a})", "{a});", "!{a}", "{a}=", "<{a}>", "[{a},{b}]", "{a}/{b}",
    "//{a}", "{a}->{b}", "{a}{d}",
)  # fmt: skip
"""Identifiers: a and b are words (A and B capitalised), v a variable, d a digit."""


class Vocabulary:
    """Draws random texts; common words are frequent, but less so than in running text."""

    def __init__(self, words: Sequence[str] | None = None, size: int = 40_000) -> None:
        """Draw from `words`, most common first; without, from the `size` most common English words."""
        self._given = words
        self._size = size

    @cached_property
    def words(self) -> list[str]:
        """The words, most common first."""
        if self._given is not None:
            return list(self._given)
        # loaded here because its tables take a second, and only drawing words needs them
        from wordfreq import top_n_list

        return [w for w in top_n_list("en", self._size) if w.isascii() and w.isalnum()]

    @cached_property
    def _odds(self) -> np.ndarray:
        """Cumulative probabilities of the words."""
        # Zipf's law flattened: a network must learn letters, not the hundred commonest words
        odds = ((np.arange(len(self.words)) + 20.0) ** -0.6).cumsum()
        return np.asarray(odds / odds[-1])

    def draw(self, random: np.random.Generator) -> str:
        """Draw one text without spaces."""
        kind = random.random()
        if kind < 0.07:  # .08 with the numbers of one digit
            return self._single(random)
        if kind < 0.11:
            return self._formula(random)
        if kind < 0.17:
            return self._number(random)
        if kind < 0.19:
            return str(random.choice(_SIGNS))
        if kind < 0.31:
            return self._identifier(random)
        word = self._cased(self._word(random), random)
        return self._punctuated(word, random) if random.random() < 0.18 else word

    def _word(self, random: np.random.Generator) -> str:
        return self.words[int(self._odds.searchsorted(random.random(), side="right"))]

    @staticmethod
    def _cased(word: str, random: np.random.Generator) -> str:
        kind = random.random()
        if kind < 0.64:
            return word
        return word.capitalize() if kind < 0.86 else word.upper()

    def _identifier(self, random: np.random.Generator) -> str:
        a, b = self._word(random), self._word(random)
        form = str(random.choice(_IDENTIFIERS))
        variable = str(random.choice(list(_LETTERS)))
        return form.format(
            a=a, b=b, A=a.capitalize(), B=b.capitalize(), v=variable, d=int(random.integers(10))
        )

    @staticmethod
    def _single(random: np.random.Generator) -> str:
        kind = random.random()
        source = _LETTERS if kind < 0.4 else _CAPITALS if kind < 0.75 else "0123456789"
        return str(random.choice(list(source)))

    @staticmethod
    def _formula(random: np.random.Generator) -> str:
        v, w = (str(letter) for letter in random.choice(list(_LETTERS), 2))
        capital = str(random.choice(list(_CAPITALS)))
        form = str(random.choice(_FORMULAS))
        return form.format(v=v, w=w, c=capital, d=int(random.integers(10)))

    @staticmethod
    def _number(random: np.random.Generator) -> str:
        digits = str(int(random.integers(0, 10 ** int(random.integers(1, 6)))))
        kind = random.random()
        if kind < 0.6:
            return digits
        if kind < 0.75:
            return f"{digits}{random.choice(list('.,:)%'))}"
        return f"{digits}{random.choice(list('./-:'))}{int(random.integers(0, 100))}"

    @staticmethod
    def _punctuated(word: str, random: np.random.Generator) -> str:
        if random.random() < 0.7:
            return word + str(random.choice(_TAILS))
        pair = str(random.choice(_PAIRS))
        return pair[0] + word + (pair[1] if random.random() < 0.8 else "")
