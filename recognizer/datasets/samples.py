"""Samples (labelled word images that are not loaded yet), and lazy sequences of them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar, overload

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Sample:
    """One word image and its text.

    Attributes:
        name: names the image in messages and results, for example its path.
        text: the transcription.
        hand: who wrote it, "" if not known.
        load: reads the fitted grey crop [HEIGHT, width]; raises DataError.

    """

    name: str
    text: str
    hand: str
    load: Callable[[], NDArray[np.uint8]]


class LazySequence(Sequence[T]):
    """A sequence that builds an item when it is asked for: millions of them cost no memory."""

    @abstractmethod
    def item(self, index: int) -> T:
        """Build item `index`, which lies in 0 to len - 1."""

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[T]: ...
    def __getitem__(self, index: int | slice) -> T | Sequence[T]:
        """The item or items at `index`, counted from the end if negative; raises IndexError."""
        place = range(len(self))[index]
        return self.item(place) if isinstance(place, int) else [self.item(i) for i in place]


class Subset(LazySequence[T]):
    """The items of a sequence at the given indices, in the order of these."""

    def __init__(self, items: Sequence[T], indices: NDArray[np.int64]) -> None:
        """Show `items[i]` for each i of `indices`."""
        self._items, self._indices = items, indices

    def __len__(self) -> int:
        """Number of indices."""
        return len(self._indices)

    def item(self, index: int) -> T:
        """See `LazySequence`."""
        return self._items[int(self._indices[index])]
