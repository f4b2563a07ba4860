"""Words that do not fit in memory: each image is read when it is drawn."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from recognizer.datasets.batches import Labelled, load
from recognizer.datasets.samples import MadeOnDemand
from recognizer.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from recognizer.charset import Charset
    from recognizer.datasets.samples import Sample

MOST_IN_A_ROW = 1000
"""So many unusable samples side by side mean that the whole data set is at fault."""

MOST_SAID, MOST_NAMED = 20, 10_000
"""Skipped words that are said at once, and that are named in the file of a run."""


class OnDisk(MadeOnDemand[Labelled]):
    """Samples as words; one that cannot be learned is replaced by the next one that can.

    Which word comes at an index depends on nothing but the data, so the batches of a resumed run
    are those of an uninterrupted one. Several threads may read at once.
    """

    def __init__(
        self,
        samples: Sequence[Sample],
        charset: Charset,
        skip: Callable[[str, str], None],
    ) -> None:
        """Read `samples` when asked; `skip` learns name and reason of what cannot be used."""
        self.samples, self._charset, self._skip = samples, charset, skip

    def __len__(self) -> int:
        """Number of samples, the unusable ones included."""
        return len(self.samples)

    def item(self, index: int) -> Labelled:
        """See `MadeOnDemand`; raises DataError if MOST_IN_A_ROW samples cannot be used."""
        reason = ""
        for further in range(min(MOST_IN_A_ROW, len(self))):
            sample = self.samples[(index + further) % len(self)]
            try:
                return load(sample, self._charset)
            except DataError as error:
                reason = str(error)
                self._skip(sample.name, reason)
        msg = f"no word to learn from among {min(MOST_IN_A_ROW, len(self))} in a row: {reason}"
        raise DataError(msg)


def hands(words: Sequence[Labelled]) -> list[str]:
    """Who wrote each word, without reading an image."""
    return [word.hand for word in (words.samples if isinstance(words, OnDisk) else words)]


class Skipped:
    """The words that a run left out: each is counted and named once, with its reason."""

    def __init__(self, file: Path, say: Callable[[str], None]) -> None:
        """Name the first ones by `say` and more in `file`, one a line: name, TAB, reason."""
        self._file, self._say = file, say
        self._names: set[str] = set()
        self._lock = Lock()

    def __len__(self) -> int:
        """How many different words."""
        return len(self._names)

    def __call__(self, name: str, reason: str) -> None:
        """Note that a word was left out; any thread may call."""
        with self._lock:
            if name not in self._names:
                self._names.add(name)
                self._note(name, " ".join(reason.split()))

    def _note(self, name: str, reason: str) -> None:
        count = len(self._names)
        if count <= MOST_SAID:
            self._say(f"skipped {name}: {reason}")
        if count == MOST_SAID + 1:
            self._say(f"more words are skipped; {self._file} names them")
        if count <= MOST_NAMED:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            # the first one begins the file anew: a resumed run meets the same words again
            with self._file.open("w" if count == 1 else "a", encoding="utf-8") as file:
                file.write(f"{name}\t{reason}\n")
