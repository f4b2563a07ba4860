"""Tries over characters as arrays, for automata that all texts of a beam walk through at once."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

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
        levels: the first node of each length, and the one behind the last.
        depths: length of each node's text [nodes].
        first_children: the first child of each node, and last the number of nodes [nodes + 1]; the
            children of a node stand together.
        ends: node of each text, in the order in which they were given [texts].

    """

    def __init__(self, texts: Sequence[str]) -> None:
        """Take texts."""
        codes = np.frombuffer("".join(texts).encode("utf-32-le"), dtype="<u4")
        self._alphabet, found = np.unique(codes, return_inverse=True)
        self._base = max(1, len(self._alphabet))
        lengths = np.fromiter(map(len, texts), dtype=np.intp, count=len(texts))
        offsets = lengths.cumsum() - lengths
        self.ends = np.zeros(len(texts), dtype=np.intp)
        levels, count = [np.zeros(1, dtype=np.intp)], 1
        while len(rest := np.flatnonzero(lengths >= len(levels))):
            keys = self.ends[rest] * self._base + found[offsets[rest] + len(levels) - 1]
            level, inverse = np.unique(keys, return_inverse=True)
            self.ends[rest] = count + inverse
            levels.append(level)
            count += len(level)
        sizes = np.cumsum([0, *map(len, levels)]).tolist()
        self.levels = list(pairwise(sizes))
        self.depths = np.repeat(np.arange(len(levels)), list(map(len, levels)))
        self._keys = np.concatenate(levels)
        self.parents, self.characters = np.divmod(self._keys, self._base)
        self._keys[0] = -1  # the root is nobody's child
        self.first_children = np.searchsorted(self._keys, np.arange(count + 1) * self._base)

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
