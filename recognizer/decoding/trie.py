"""Tries over characters as arrays, for automata that all texts of a beam walk through at once."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Integers = NDArray[np.intp]

ROOT = 0
"""The node of the empty text."""


class Trie:
    """All beginnings of some texts, numbered by their length and then in order.

    Attributes:
        parents: parent of each node [nodes]; the root is its own.
        characters: last character of each node, see `places` [nodes]; 0 at the root.
        first_children: the first child of each node, and last the number of nodes [nodes + 1]; the
            children of a node stand together.

    """

    def __init__(
        self, alphabet: NDArray[np.uint32], characters: Integers, counts: Integers
    ) -> None:
        """Take code points in order, and the last character and number of children of each node."""
        self._alphabet, self._counts = alphabet, counts
        self._base = max(1, len(alphabet))
        self.characters = characters.astype(np.intp)
        self.first_children = np.cumsum(np.concatenate([[1], counts]), dtype=np.intp)
        nodes = np.arange(len(characters))
        self.parents = np.concatenate([[ROOT], nodes.repeat(counts)])
        self._keys = self.parents * self._base + self.characters
        self._keys[0] = -1  # the root is nobody's child

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What `__init__` takes, by name."""
        return {
            "alphabet": self._alphabet,
            "characters": self.characters,
            "counts": self._counts,
        }

    def __len__(self) -> int:
        """Number of nodes."""
        return len(self.parents)

    def places(self, characters: str) -> Integers:
        """The number of each character in this trie, or -1 [characters]."""
        codes = np.frombuffer(characters.encode("utf-32-le"), dtype="<u4")
        if not len(self._alphabet):
            return np.full(len(codes), -1)
        found = np.searchsorted(self._alphabet, codes).clip(max=len(self._alphabet) - 1)
        return np.where(self._alphabet[found] == codes, found, -1)

    def child(self, nodes: Integers, characters: Integers) -> Integers:
        """The node that follows each node by each character [nodes], or -1."""
        keys = nodes * self._base + characters
        found = np.searchsorted(self._keys, keys).clip(max=len(self) - 1)
        return np.where((self._keys[found] == keys) & (characters >= 0), found, -1)

    def children(self, nodes: Integers) -> tuple[Integers, Integers]:
        """The children of all nodes, and the place in `nodes` of the parent of each."""
        first = self.first_children[nodes]
        counts = self.first_children[nodes + 1] - first
        owners = np.repeat(np.arange(len(nodes)), counts)
        return np.arange(len(owners)) + np.repeat(first - counts.cumsum() + counts, counts), owners


class TextTrie(Trie):
    """A trie that is made from texts.

    Attributes:
        levels: the first node of each length, and the one behind the last.
        depths: length of each node's text [nodes].
        ends: node of each text, in the order in which they were given [texts].

    """

    def __init__(self, texts: Sequence[str]) -> None:
        """Take texts."""
        codes = np.frombuffer("".join(texts).encode("utf-32-le"), dtype="<u4")
        alphabet, found = np.unique(codes, return_inverse=True)
        base = max(1, len(alphabet))
        lengths = np.fromiter(map(len, texts), dtype=np.intp, count=len(texts))
        offsets = lengths.cumsum() - lengths
        self.ends = np.zeros(len(texts), dtype=np.intp)
        levels, count = [np.zeros(1, dtype=np.intp)], 1
        while len(rest := np.flatnonzero(lengths >= len(levels))):
            keys = self.ends[rest] * base + found[offsets[rest] + len(levels) - 1]
            level, inverse = np.unique(keys, return_inverse=True)
            self.ends[rest] = count + inverse
            levels.append(level)
            count += len(level)
        sizes = np.cumsum([0, *map(len, levels)]).tolist()
        self.levels = list(pairwise(sizes))
        self.depths = np.repeat(np.arange(len(levels)), list(map(len, levels)))
        parents, characters = np.divmod(np.concatenate(levels), base)
        super().__init__(alphabet, characters, np.bincount(parents[1:], minlength=count))
