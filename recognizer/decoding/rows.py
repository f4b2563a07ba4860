"""Rows of transitions that are made when a text first comes to a node, as in a lazy DFA."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from recognizer.posteriors.charset import Charset

    Integers = NDArray[np.intp]

MAX_ROWS = 1 << 15
"""Rows that are kept from one batch to the next: all that a shipped language model has."""


def columns(charset: Charset) -> tuple[Integers, str]:
    """The column of each label, and the lower-case character of each column after the first.

    Capitals share the column of their small letter; the first column is that of the blank.
    """
    small = [c.lower() if len(c.lower()) == 1 else c for c in charset.symbols]
    characters = "".join(dict.fromkeys(small))
    return np.array([0, *(characters.index(c) + 1 for c in small)]), characters


class Rows:
    """Which nodes have rows, in tables of one row a node.

    Attributes:
        width: columns of each table: those of `columns`, of which that of the blank holds what
            belongs to the node itself, and one more.
        tables: flat arrays [rows * width], one of each kind.

    """

    def __init__(self, nodes: int, width: int, dtypes: Sequence[type]) -> None:
        """Make tables for a number of nodes, one of each type, empty as yet."""
        self.width = width
        self._start = np.full(nodes, -1, dtype=np.int32)
        self._made: list[Integers] = []
        self._end = 0
        self.tables: list[NDArray[Any]] = [np.zeros(64 * width, dtype=dtype) for dtype in dtypes]

    def of(self, nodes: Integers) -> Integers:
        """Where the row of each node starts, -1 if it has none."""
        return self._start.take(nodes).astype(np.intp)

    def made(self, nodes: Integers, make: Callable[[Integers], None]) -> Integers:
        """Where the row of each node starts; `make` is called with the nodes that have none, and adds them."""
        row = self.of(nodes)
        missing = row < 0
        if missing.any():
            make(np.unique(nodes[missing]))
            row = self.of(nodes)
        return row

    def add(self, nodes: Integers, *rows: NDArray[Any]) -> None:
        """Take a row of each table for distinct nodes that have none."""
        end = self._end + len(nodes) * self.width
        for place, (table, made) in enumerate(zip(self.tables, rows, strict=True)):
            if end > len(table):
                self.tables[place] = np.zeros(2 * end, dtype=table.dtype)
                self.tables[place][: self._end] = table[: self._end]
            self.tables[place][self._end : end] = made.reshape(-1)
        self._start[nodes] = np.arange(self._end, end, self.width)
        self._made.append(nodes)
        self._end = end

    def trim(self) -> None:
        """Forget all rows if they have become many; before a batch, for states hold rows."""
        if self._end > MAX_ROWS * self.width:
            self._start[np.concatenate(self._made)] = -1
            self._made.clear()
            self._end = 0
