"""Loader of training and dev words, in memory as far as they fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recognizer.datasets.labelled_crops import LabelledCrop, load_all
from recognizer.datasets.words_on_disk import StreamedCrops
from recognizer.files.printable import counted
from recognizer.runs.errors import TrainingError
from recognizer.training.dev_split import MAX_DEV

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from recognizer.datasets.samples import Sample
    from recognizer.datasets.skip_log import SkipLog
    from recognizer.posteriors.charset import Charset

    Counter = Callable[[int], AbstractContextManager[Callable[[int], None]]]
    """Shows the progress of loading: given the number of words, a context whose value is called with
    the number of words that are done."""

SKIPPED = "skipped.tsv"
"""File of a run folder that names the words left out, with the reasons."""

BYTES_A_WORD = 10_000
"""Memory of a fitted word image, on average."""


class WordLoader:
    """Loads samples as words, in memory as far as it goes; the others are read when drawn."""

    def __init__(
        self, charset: Charset, skipped: SkipLog, say: Callable[[str], None], counter: Counter
    ) -> None:
        """Encode texts with `charset`; words that cannot be used are noted in `skipped`."""
        self._charset, self._skipped, self._say, self._counter = charset, skipped, say, counter

    def sets(
        self, sets: list[Sequence[Sample]], dev: Sequence[Sample], memory: int
    ) -> list[Sequence[LabelledCrop]]:
        """The words of every set; the small ones are held in `memory` (bytes) beside `dev`.

        Raises:
            TrainingError: `dev` alone does not fit, or a set has no usable word.

        """
        room = memory // BYTES_A_WORD - len(dev)
        if room < 0:
            msg = (
                f"{len(dev)} dev words do not fit in --memory {memory / 1e9:g}; "
                f"give fewer, for example --dev SPEC#{MAX_DEV}"
            )
            raise TrainingError(msg)
        held = set()
        for number in sorted(range(len(sets)), key=lambda number: len(sets[number])):
            room -= len(sets[number])
            if room >= 0:
                held.add(number)
        return [self.set(s) if i in held else self._on_disk(s) for i, s in enumerate(sets)]

    def set(self, part: Sequence[Sample]) -> list[LabelledCrop]:
        """The words of `part` in memory; the unusable ones are named and left out.

        Raises:
            TrainingError: none is usable.

        """
        with self._counter(len(part)) as count:
            loaded = load_all(part, self._charset, count)
        for name, reason in loaded.skipped.items():
            self._skipped(name, reason)
        if not loaded.words:
            msg = (
                f"no usable word: all {len(part)} were skipped, for the reasons above"
                if part
                else "no word to train or to evaluate on; give more --data, --dev or another "
                "--train-portion"
            )
            raise TrainingError(msg)
        return loaded.words

    def _on_disk(self, part: Sequence[Sample]) -> StreamedCrops:
        self._say(f"{counted(len(part), 'word')} beyond --memory: each is read when it is drawn")
        return StreamedCrops(part, self._charset, self._skipped)
