"""Samples to batches of similar width, in an order that depends only on seed and step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from recognizer.charset import frames_needed
from recognizer.errors import DataError
from recognizer.model import FRAME_STRIDE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from recognizer.charset import Charset
    from recognizer.datasets.samples import Sample

CHUNK = 32
"""Batches that are drawn together and sorted by width, so that little padding is computed."""


@dataclass(frozen=True)
class Labelled:
    """A loaded word: fitted grey crop (HEIGHT × width), its labels, and its name."""

    crop: NDArray[np.uint8]
    labels: list[int]
    name: str


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
            words.append(_loaded(sample, charset))
        except DataError as error:
            skipped[sample.name] = str(error)
        progress(done)
    return Loaded(words, skipped)


def _loaded(sample: Sample, charset: Charset) -> Labelled:
    unknown = charset.missing(sample.text)
    if unknown:
        msg = f"characters outside the alphabet: {unknown!r}"
        raise DataError(msg)
    crop, labels = sample.load(), charset.encode(sample.text)
    if frames_needed(labels) > -(-crop.shape[1] // FRAME_STRIDE):
        msg = f"{sample.text!r} needs more frames than {crop.shape[1]} pixels of width give"
        raise DataError(msg)
    return Labelled(crop, labels, sample.name)


class Batches:
    """An endless, repeatable stream of batches from several data sets in fixed proportions."""

    def __init__(
        self, sets: Sequence[Sequence[Labelled]], mix: Sequence[float], size: int, seed: int
    ) -> None:
        """Draw `size` words a batch; `mix` weighs the sets against each other."""
        self.sets = sets
        self.mix = np.asarray(mix, dtype=float) / sum(mix)
        self.size = size
        self.seed = seed

    def from_step(self, step: int) -> Iterator[list[Labelled]]:
        """Batches `step`, `step` + 1, …: the same ones whenever they are asked for."""
        while True:
            chunk = self._chunk(step // CHUNK)
            yield from chunk[step % CHUNK :]
            step = (step // CHUNK + 1) * CHUNK

    def _chunk(self, number: int) -> list[list[Labelled]]:
        random = np.random.default_rng((self.seed, number))
        count = self.size * CHUNK
        which = random.choice(len(self.sets), size=count, p=self.mix)
        words = [self.sets[s][int(random.integers(len(self.sets[s])))] for s in which]
        words.sort(key=lambda word: word.crop.shape[1])
        batches = [words[i : i + self.size] for i in range(0, count, self.size)]
        return [batches[int(i)] for i in random.permutation(CHUNK)]
