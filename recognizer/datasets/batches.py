"""Samples to batches of similar width, in an order that depends only on seed and step."""

from __future__ import annotations

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from recognizer.charset import frames_needed
from recognizer.errors import DataError
from recognizer.network.model import FRAME_STRIDE
from recognizer.network.tensors import stack

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    from numpy.typing import NDArray

    from recognizer.charset import Charset
    from recognizer.datasets.samples import Sample

CHUNK = 32
"""Batches that are drawn together and sorted by width, so that little padding is computed."""

READERS = min(16, os.cpu_count() or 1)
"""Threads that read images which are not held in memory."""

HAND_POWER = 0.7
"""A balanced hand comes as often as its number of words to this power: 1 would change nothing."""


@dataclass(frozen=True)
class Labelled:
    """A loaded word: fitted grey crop (HEIGHT × width), its labels, its name and its writer."""

    crop: NDArray[np.uint8]
    labels: list[int]
    name: str
    hand: str = ""


@dataclass(frozen=True)
class Batch:
    """Words that are learned together, ready to travel to the network's device.

    Attributes:
        words: the words themselves.
        grey: [N, 1, HEIGHT, W] grey levels as bytes.
        widths: [N] columns of each word.
        targets: the labels of all words, one word behind the other.
        lengths: [N] labels of each word.

    """

    words: Sequence[Labelled]
    grey: torch.Tensor
    widths: torch.Tensor
    targets: torch.Tensor
    lengths: torch.Tensor

    @classmethod
    def of(cls, words: Sequence[Labelled], *, pinned: bool = False) -> Batch:
        """Pad `words` to one width; `pinned` memory can be copied to a GPU while that computes."""
        tensors = (
            *stack([word.crop for word in words]),
            torch.tensor([label for word in words for label in word.labels]),
            torch.tensor([len(word.labels) for word in words]),
        )
        return cls(words, *(t.pin_memory() if pinned else t for t in tensors))

    def __len__(self) -> int:
        """Number of words."""
        return len(self.words)

    def __iter__(self) -> Iterator[Labelled]:
        """The words."""
        return iter(self.words)


@dataclass(frozen=True)
class Loaded:
    """A data set in memory, with what had to be left out and why."""

    words: list[Labelled]
    skipped: dict[str, str]


def load_all(
    samples: Sequence[Sample], charset: Charset, progress: Callable[[int], None]
) -> Loaded:
    """Load every sample that the network can learn; the others come back by name and reason."""
    words, skipped = [], {}
    for done, sample in enumerate(samples, start=1):
        try:
            words.append(load(sample, charset))
        except DataError as error:
            skipped[sample.name] = str(error)
        progress(done)
    return Loaded(words, skipped)


def load(sample: Sample, charset: Charset) -> Labelled:
    """Read the image of a sample.

    Raises:
        DataError: it cannot be read, or its text cannot be learned; says why.

    """
    unknown = charset.missing(sample.text)
    if unknown:
        msg = f"characters outside the alphabet: {unknown!r}"
        raise DataError(msg)
    crop, labels = sample.load(), charset.encode(sample.text)
    if frames_needed(labels) > -(-crop.shape[1] // FRAME_STRIDE):
        msg = f"{sample.text!r} needs more frames than {crop.shape[1]} pixels of width give"
        raise DataError(msg)
    return Labelled(crop, labels, sample.name, sample.hand)


def balanced(hands: Sequence[str]) -> NDArray[np.float64]:
    """Cumulated odds of each word if a hand of n words weighs n ** HAND_POWER."""
    counts = Counter(hands)
    odds = np.cumsum([counts[hand] ** (HAND_POWER - 1) for hand in hands])
    return np.asarray(odds / odds[-1])


class Batches:
    """An endless, repeatable stream of batches from several data sets in fixed proportions."""

    def __init__(
        self,
        sets: Sequence[Sequence[Labelled]],
        mix: Sequence[float],
        size: int,
        seed: int,
        odds: Sequence[NDArray[np.float64]] = (),
    ) -> None:
        """Draw `size` words a batch.

        Args:
            sets: words in memory (a list), or words that are read when they are asked for.
            mix: weighs the sets against each other.
            size: words a batch.
            seed: the same seed draws the same batches.
            odds: cumulated odds of the words of each set; without, all are equally likely.

        """
        self.sets = sets
        self.mix = np.asarray(mix, dtype=float) / sum(mix)
        self.size = size
        self.seed = seed
        self.odds = odds

    def from_step(self, step: int) -> Generator[list[Labelled]]:
        """Batches `step`, `step` + 1, …: the same ones whenever they are asked for."""
        # threads start only if something has to be read
        with ThreadPoolExecutor(READERS, thread_name_prefix="reader") as readers:
            slow = not all(isinstance(words, list) for words in self.sets)
            each = readers.map if slow else map
            while True:
                chunk = self._chunk(step // CHUNK, each)
                yield from chunk[step % CHUNK :]
                step = (step // CHUNK + 1) * CHUNK

    def _chunk(self, number: int, each: Callable[..., Any]) -> list[list[Labelled]]:
        random = np.random.default_rng((self.seed, number))
        count = self.size * CHUNK
        which = random.choice(len(self.sets), size=count, p=self.mix)
        places = [self._place(int(s), random) for s in which]
        words = list(each(lambda s, place: self.sets[s][place], which, places))
        words.sort(key=lambda word: word.crop.shape[1])
        batches = [words[i : i + self.size] for i in range(0, count, self.size)]
        return [batches[int(i)] for i in random.permutation(CHUNK)]

    def _place(self, which: int, random: np.random.Generator) -> int:
        if self.odds:
            return int(np.searchsorted(self.odds[which], random.random(), side="right"))
        return int(random.integers(len(self.sets[which])))
