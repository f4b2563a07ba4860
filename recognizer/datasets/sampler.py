"""A batch sampler: random batches of similar width that depend only on seed and step."""

from __future__ import annotations

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Sequence

    from numpy.typing import NDArray

    from recognizer.datasets.labelled_crops import LabelledCrop

CHUNK = 32
"""Batches that are drawn together and sorted by width, so that little padding is computed."""

READERS = min(16, os.cpu_count() or 1)
"""Threads that read images which are not held in memory."""

HAND_POWER = 0.7
"""Exponent of balancing: a hand of n words is drawn in proportion to n ** HAND_POWER."""


def balanced_odds(hands: Sequence[str]) -> NDArray[np.float64]:
    """Cumulative probability of each word if a hand of n words weighs n ** HAND_POWER."""
    counts = Counter(hands)
    odds = np.cumsum([counts[hand] ** (HAND_POWER - 1) for hand in hands])
    return np.asarray(odds / odds[-1])


class BatchSampler:
    """An endless, repeatable stream of batches from several data sets in fixed proportions."""

    def __init__(
        self,
        sets: Sequence[Sequence[LabelledCrop]],
        mix: Sequence[float],
        size: int,
        seed: int,
        odds: Sequence[NDArray[np.float64]] = (),
    ) -> None:
        """Draw `size` words a batch.

        Args:
            sets: words in memory (a list), or words that are read when they are asked for.
            mix: weights of the sets against each other.
            size: words a batch.
            seed: random seed.
            odds: cumulative probabilities of the words of each set; without, all words of a
                set are equally likely.

        """
        self.sets = sets
        self.mix = np.asarray(mix, dtype=float) / sum(mix)
        self.size = size
        self.seed = seed
        self.odds = odds

    def from_step(self, step: int) -> Generator[list[LabelledCrop]]:
        """Batches `step`, `step` + 1, …: the same ones whenever they are asked for."""
        # threads start only if something has to be read
        with ThreadPoolExecutor(READERS, thread_name_prefix="reader") as readers:
            slow = not all(isinstance(words, list) for words in self.sets)
            each = readers.map if slow else map
            while True:
                chunk = self._chunk(step // CHUNK, each)
                yield from chunk[step % CHUNK :]
                step = (step // CHUNK + 1) * CHUNK

    def _chunk(
        self, number: int, each: Callable[..., Iterable[LabelledCrop]]
    ) -> list[list[LabelledCrop]]:
        random = np.random.default_rng((self.seed, number))
        count = self.size * CHUNK
        which = random.choice(len(self.sets), size=count, p=self.mix)
        places = [self._place(int(s), random) for s in which]
        words = list(each(lambda s, place: self.sets[s][place], which, places))
        words.sort(key=lambda word: word.crop.shape[1])
        batches = [words[i : i + self.size] for i in range(0, count, self.size)]
        return [batches[int(i)] for i in random.permutation(CHUNK)]

    def _place(self, which: int, random: np.random.Generator) -> int:
        """Index of a random word of set `which`."""
        if self.odds:
            return int(np.searchsorted(self.odds[which], random.random(), side="right"))
        return int(random.integers(len(self.sets[which])))
