"""What the network saw of every word, memory-mapped, to be asked about any text.

A derived store of immutable segments, newest last: each apply writes one, and small ones are
merged when they grow many. A photo
that is applied again, or removed, is superseded by its newest segment.
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

import numpy as np

from indexer.durable import flush
from indexer.errors import CatalogError, DamageError, lacking
from indexer.segments import STEPS, Entries, Segment, write

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

MOST_SEGMENTS = 12
"""Segments beyond this are merged: a search opens each of them."""

LEAST_BOUND = 3e-5
"""Words whose bound reaches this are scored for a text, up to MOST_SCORED of them."""

ALWAYS_SCORED, MOST_SCORED = 4_000, 10_000
"""Words that are scored for a text in any case, and at most: those with the highest bounds."""

LEAST_SCORE = 1e-9
"""Words that say a text with less probability are no evidence."""


class Posteriors(Protocol):
    """Unpacked words; see recognizer.posteriorgram.FoldedPosteriors."""

    def score(self, text: str) -> NDArray[np.float64]:
        """Probability that each word says exactly the folded `text`."""

    def bounds(self) -> NDArray[np.float32]:
        """Highest probability of each folded character in each word [N, characters]."""

    def characters(self, text: str) -> list[int]:
        """Columns of `bounds` that `text` needs; empty if it cannot be said at all."""


class Unpack(Protocol):
    """Makes Posteriors of packed words and the alphabet they were read with."""

    def __call__(self, packed: Sequence[bytes], alphabet: str) -> Posteriors:
        """Unpack."""

    def joined(
        self, raw: NDArray[np.uint8], lengths: NDArray[np.intp], alphabet: str
    ) -> Posteriors:
        """The same for packed words that lie one behind the other."""

    def split(self, packed: bytes, alphabet: str) -> list[bytes]:
        """The parts of a word that can be looked for on their own, if it has several."""


class PosteriorStore:
    """The segments below one folder."""

    def __init__(self, folder: Path, unpack: Unpack) -> None:
        """`folder` need not exist yet; `unpack` knows the format of a packed word."""
        self.folder, self.unpack = folder, unpack
        self._open: dict[tuple[Path, int, int, int], Segment] = {}

    def photos(self) -> set[int]:
        """Photos with words in the store.

        Raises:
            DamageError: the store is missing or damaged.
        """
        with self._translated():
            latest: dict[int, int] = {}
            for segment in self._segments():
                latest |= segment.counts
            return {photo for photo, count in latest.items() if count}

    def apply(self, photos: Mapping[int, Sequence[bytes] | None], alphabet: str) -> None:
        """Replace the words of photos, or remove them (None); durable after.

        Raises:
            CatalogError: the disk is full; nothing is changed then.
        """
        with self._translated():
            self.folder.mkdir(parents=True, exist_ok=True)
            paths = self._paths()
            last = int(paths[-1].stem) if paths else 0
            entries = {photo: self._entries(words, alphabet) for photo, words in photos.items()}
            self._write(self.folder / f"{last + 1:08d}.seg", entries, alphabet)
            if len(self._paths()) > MOST_SEGMENTS:
                self._merge(alphabet)

    @contextmanager
    def rebuilt(self) -> Iterator[PosteriorStore]:
        """An empty store to fill; it takes the place of this one when the block ends well.

        Raises:
            CatalogError: the disk is full; this store stays in use.
        """
        fresh = PosteriorStore(self.folder.with_name(self.folder.name + ".new"), self.unpack)
        with self._translated():
            shutil.rmtree(fresh.folder, ignore_errors=True)
            fresh.folder.mkdir(parents=True)
            yield fresh
            self._open.clear()
            shutil.rmtree(self.folder, ignore_errors=True)
            fresh.folder.rename(self.folder)
            flush([self.folder.parent])

    def evidence(self, text: str, alphabet: str) -> dict[int, dict[int, float]]:
        """Photo → position of a word → probability that it says the folded `text`.

        Raises:
            DamageError: the store is missing or damaged.
        """
        try:
            return self._evidence(text, alphabet)
        except DamageError:
            # segments may have been merged away between listing and opening them
            return self._evidence(text, alphabet)

    def _evidence(self, text: str, alphabet: str) -> dict[int, dict[int, float]]:
        found: dict[int, dict[int, float]] = {}
        with self._translated():
            segments = self._segments()
            columns = self.unpack([], alphabet).characters(text)
            if not columns:
                return found
            costs = [segment.cost(columns) for segment in segments]
            worth = _worth_scoring(costs)
            for segment, cost in zip(segments, costs, strict=True):
                # a photo that a newer segment speaks for is superseded
                for photo in found.keys() & segment.counts.keys():
                    del found[photo]
                likely = np.flatnonzero(cost <= worth)
                scores = self.unpack.joined(*segment.packed(likely), alphabet).score(text)
                _collect(found, segment, likely, scores)
        return found

    def _paths(self) -> list[Path]:
        return sorted(self.folder.glob("*.seg"))

    def _segments(self) -> list[Segment]:
        if not self.folder.is_dir():
            msg = "there are no posteriors"
            raise FileNotFoundError(msg)
        fresh: dict[tuple[Path, int, int, int], Segment] = {}
        for path in self._paths():
            # a merge replaces files, and one that was cut off must not be read where it was mapped
            status = path.stat()
            key = path, status.st_ino, status.st_size, status.st_mtime_ns
            fresh[key] = self._open.get(key) or Segment(path)
        self._open = fresh
        return list(self._open.values())

    def _entries(self, words: Sequence[bytes] | None, alphabet: str) -> Entries | None:
        if words is None:
            return None
        return [
            (position, entry)
            for position, word in enumerate(words)
            for entry in (word, *self.unpack.split(word, alphabet))
        ]

    def _write(self, path: Path, photos: Mapping[int, Entries | None], alphabet: str) -> None:
        packed = [word for entries in photos.values() for _, word in entries or ()]
        highest = self.unpack(packed, alphabet).bounds()
        cost = np.floor(-np.log(np.maximum(highest, 1e-4)) * STEPS)
        bounds = np.ascontiguousarray(np.minimum(cost, 255).astype(np.uint8).T)
        write(path, photos, bounds)

    def _merge(self, alphabet: str) -> None:
        """Make one segment of all but the largest, or of all where that is not much larger."""
        segments = self._segments()
        sizes = [s.path.stat().st_size for s in segments]
        first = 1 if sizes[0] > sum(sizes[1:]) else 0
        merged: dict[int, Entries | None] = {}
        for segment in segments[first:]:
            merged |= segment.by_photo()
        # written over the newest, then the others go: a crash between leaves repeats, not gaps
        newest = segments[-1].path
        self._open.clear()
        self._write(newest, merged, alphabet)
        for segment in segments[first:-1]:
            segment.path.unlink(missing_ok=True)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (OSError, ValueError, IndexError, MemoryError) as error:
            msg = f"{self.folder}: {error}; "
            if lacking(error):
                raise CatalogError(msg + "free some space, or what else is lacking") from error
            raise DamageError(msg + "run: ocrsearch rebuild") from error


def _worth_scoring(costs: Sequence[NDArray[np.uint16]]) -> float:
    """The cost up to which words are scored; it leaves about ALWAYS_SCORED to MOST_SCORED."""
    every = np.concatenate([np.zeros(1, np.uint16), *costs])
    reach = int(np.count_nonzero(every <= -np.log(LEAST_BOUND) * STEPS))
    count = min(len(every), MOST_SCORED, max(reach, ALWAYS_SCORED))
    return float(np.partition(every, count - 1)[count - 1])


def _collect(
    found: dict[int, dict[int, float]],
    segment: Segment,
    likely: NDArray[np.intp],
    scores: NDArray[np.float64],
) -> None:
    said = scores >= LEAST_SCORE
    owners, positions = segment.owners[likely[said]], segment.positions[likely[said]]
    for photo, position, score in zip(
        owners.tolist(), positions.tolist(), scores[said].tolist(), strict=True
    ):
        places = found.setdefault(photo, {})
        places[position] = max(score, places.get(position, 0.0))
