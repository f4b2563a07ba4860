"""Labelled crops: samples loaded, encoded and checked for training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from recognizer.datasets.label_checks import check_alphabet, check_feasible
from recognizer.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from recognizer.datasets.samples import Sample
    from recognizer.posteriors.charset import Charset


@dataclass(frozen=True)
class LabelledCrop:
    """A loaded word.

    Attributes:
        crop: fitted grey levels [HEIGHT, width].
        labels: the encoded text, without blanks.
        name: name of the sample.
        hand: who wrote it, "" if not known.

    """

    crop: NDArray[np.uint8]
    labels: list[int]
    name: str
    hand: str = ""


@dataclass(frozen=True)
class LoadedCrops:
    """A data set in memory, and the reason for each sample that was left out, by name."""

    words: list[LabelledCrop]
    skipped: dict[str, str]


def load_all(
    samples: Sequence[Sample], charset: Charset, progress: Callable[[int], None]
) -> LoadedCrops:
    """Load every sample that the network can be trained on, and report why others are left out.

    `progress` is called after each sample with the number of samples done.
    """
    words, skipped = [], {}
    for done, sample in enumerate(samples, start=1):
        try:
            words.append(load(sample, charset))
        except DataError as error:
            skipped[sample.name] = str(error)
        progress(done)
    return LoadedCrops(words, skipped)


def load(sample: Sample, charset: Charset) -> LabelledCrop:
    """Read the image of a sample and encode its text.

    Raises:
        DataError: the image cannot be read, or CTC cannot learn its text; says why.

    """
    check_alphabet(sample.text, charset)
    crop, labels = sample.load(), charset.encode(sample.text)
    check_feasible(sample.text, labels, crop.shape[1])
    return LabelledCrop(crop, labels, sample.name, sample.hand)
