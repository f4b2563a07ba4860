"""Data sets that do not fit in memory: each image is read when it is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recognizer.datasets.labelled_crops import LabelledCrop, load
from recognizer.datasets.samples import LazySequence
from recognizer.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from recognizer.datasets.samples import Sample
    from recognizer.posteriors.charset import Charset

MAX_UNUSABLE_IN_A_ROW = 1000
"""Unusable samples in a row after which the whole data set is considered unusable."""


class StreamedCrops(LazySequence[LabelledCrop]):
    """Samples as labelled crops; an unusable one is replaced by the next usable one.

    Which word comes at an index depends on nothing but the data, so the batches of a resumed run
    are those of an uninterrupted one. Several threads may read at once.
    """

    def __init__(
        self,
        samples: Sequence[Sample],
        charset: Charset,
        skip: Callable[[str, str], None],
    ) -> None:
        """Read `samples` when they are drawn; `skip` gets name and reason of each that cannot be used."""
        self.samples, self._charset, self._skip = samples, charset, skip

    def __len__(self) -> int:
        """Number of samples, the unusable ones included."""
        return len(self.samples)

    def item(self, index: int) -> LabelledCrop:
        """See `LazySequence`; raises DataError after MAX_UNUSABLE_IN_A_ROW unusable samples."""
        reason = ""
        limit = min(MAX_UNUSABLE_IN_A_ROW, len(self))
        for further in range(limit):
            sample = self.samples[(index + further) % len(self)]
            try:
                return load(sample, self._charset)
            except DataError as error:
                reason = str(error)
                self._skip(sample.name, reason)
        msg = f"no usable training word among {limit} in a row: {reason}"
        raise DataError(msg)


def hands(words: Sequence[LabelledCrop]) -> list[str]:
    """The hand of each word, without reading an image."""
    return [word.hand for word in (words.samples if isinstance(words, StreamedCrops) else words)]
