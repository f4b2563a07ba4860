"""What the network saw of every word, memory-mapped, to be asked about any text.

A derived store of immutable segments, newest last: each apply writes one, and small ones are merged
when they grow many. A photo that is applied again, or removed, is superseded by its newest one.
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

import numpy as np

from indexer.errors import CatalogError, DamageError, lacking
from indexer.stores.fsync import flush
from indexer.stores.prefilter import Needs, Sieve, likeliest
from indexer.stores.segments import STEPS, Block, Entries, Segment, write

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from indexer.entities import Evidence, PhotoId

MOST_SEGMENTS, MERGED = 12, 8
"""Small segments beyond so many are merged: so many of the newest at least."""

LARGE = 1 << 19
"""Entries from which a segment is left alone, until half of them are superseded."""

POSSIBLE = 0.01
"""Probability from which a word may hold a character, as far as the bit planes go."""

MOST_KEPT = 2_000
"""Words that are evidence for a pattern at most, the likeliest; see `evidence` for more."""

LEAST_SCORE = 1e-9
"""Words that say a pattern with less probability are no evidence."""


class Bounds(Protocol):
    """Probabilities [N, characters]; see recognizer.posteriors.posteriorgram.Bounds."""

    @property
    def contained(self) -> NDArray[np.float32]: ...  # noqa: D102
    @property
    def begins(self) -> NDArray[np.float32]: ...  # noqa: D102
    @property
    def ends(self) -> NDArray[np.float32]: ...  # noqa: D102


class Posteriors(Protocol):
    """Unpacked words; see recognizer.posteriors.posteriorgram.FoldedPosteriors."""

    def score(self, pattern: str) -> NDArray[np.float64]:
        """Probability that each word says the folded `pattern`, where `*` is anything."""

    def bounds(self) -> Bounds:
        """Upper bounds, by which most words need not be scored."""


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

    def needs(self, pattern: str) -> Needs | None:
        """Characters that a word must hold to say `pattern`; None if no word can."""


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
            segments = self._segments()
            return {
                photo
                for segment, newest in zip(segments, _newest(segments), strict=True)
                for photo in segment.photos[newest & (segment.counts > 0)].tolist()
            }

    def apply(self, photos: Mapping[int, Sequence[bytes] | None], alphabet: str) -> None:
        """Replace the words of photos, or remove them (None); durable after.

        Raises:
            CatalogError: the disk is full; nothing is changed then.
        """
        with self._translated():
            self.folder.mkdir(parents=True, exist_ok=True)
            write(self._next(), [self._block(photos, alphabet)])
            self._merge()

    @contextmanager
    def rebuilt(self) -> Iterator[PosteriorStore]:
        """An empty store to fill; it takes the place of this one when the block ends well.

        Raises:
            CatalogError: the disk is full; this store stays in use.
        """
        fresh = PosteriorStore(self.folder.with_name(self.folder.name + ".new"), self.unpack)
        old = self.folder.with_name(self.folder.name + ".old")
        with self._translated():
            for leftover in (fresh.folder, old):
                shutil.rmtree(leftover, ignore_errors=True)
            fresh.folder.mkdir(parents=True)
            yield fresh
            if self.folder.exists():
                self.folder.rename(old)
            fresh.folder.rename(self.folder)
            flush([self.folder.parent])
            shutil.rmtree(old, ignore_errors=True)

    def can_say(self, pattern: str) -> bool:
        """Whether any word can be asked for `pattern`; where not, only readings tell."""
        return self.unpack.needs(pattern) is not None

    def evidence(
        self, patterns: Sequence[str], alphabet: str, only: Collection[PhotoId] | None = None
    ) -> dict[str, Evidence]:
        """Words that may say each of the folded patterns, looked for on `only` these photos.

        Of a large store they are the MOST_KEPT likeliest for each pattern, and, on photos that
        speak for a rarer pattern, all.

        Raises:
            DamageError: the store is missing or damaged.
        """
        with self._translated():
            try:
                return self._evidence(patterns, alphabet, only)
            except FileNotFoundError:  # merged away between listing and opening
                return self._evidence(patterns, alphabet, only)

    def _evidence(
        self, patterns: Sequence[str], alphabet: str, only: Collection[PhotoId] | None
    ) -> dict[str, Evidence]:
        segments = self._segments()
        if not segments or not patterns:
            return {}
        newest = _newest(segments)
        if only is not None:
            marks = _marked(only, segments)
            newest = [n & marks[s.photos] for n, s in zip(newest, segments, strict=True)]
        sieved: dict[str, list[Sieve]] = {}
        for pattern in patterns:
            needs = self.unpack.needs(pattern)
            if needs is not None:
                each = zip(segments, newest, strict=True)
                sieved[pattern] = [Sieve.of(segment, needs, photos) for segment, photos in each]
        found: dict[str, Evidence] = {}
        for pattern in sorted(sieved, key=lambda p: sum(s.count(0) for s in sieved[p])):
            rarer = {photo for evidence in found.values() for photo in evidence}
            found[pattern] = self._said(pattern, sieved[pattern], rarer, alphabet)
        return found

    def _said(
        self, pattern: str, sieves: Sequence[Sieve], rarer: set[PhotoId], alphabet: str
    ) -> Evidence:
        """Words that say one pattern: the likeliest, and those on the photos `rarer`."""
        chosen = likeliest(sieves)
        among = _marked(rarer, [sieve.segment for sieve in sieves])
        if rarer and sum(sieve.count(0) for sieve in sieves) > MOST_KEPT:
            there = likeliest([sieve.among(among[sieve.segment.photos]) for sieve in sieves])
            chosen = [_union(a, b) for a, b in zip(chosen, there, strict=True)]
        packed = [s.segment.packed(words) for s, words in zip(sieves, chosen, strict=True)]
        raw, lengths = (np.concatenate(parts) for parts in zip(*packed, strict=True))
        scores = self.unpack.joined(raw, lengths, alphabet).score(pattern)
        each = [(sieve.segment, words) for sieve, words in zip(sieves, chosen, strict=True)]
        owners = np.concatenate([segment.owners(words) for segment, words in each])
        positions = np.concatenate([segment.positions[words] for segment, words in each])
        kept = among[owners]
        kept[np.argsort(-scores, kind="stable")[:MOST_KEPT]] = True
        kept &= scores >= LEAST_SCORE
        return _by_photo(owners[kept], positions[kept], scores[kept])

    # segments ------------------------------------------------------------------------------

    def _paths(self) -> list[Path]:
        return sorted(self.folder.glob("*.seg"))

    def _next(self) -> Path:
        paths = self._paths()
        return self.folder / f"{int(paths[-1].stem) + 1 if paths else 1:08d}.seg"

    def _segments(self) -> list[Segment]:
        if not self.folder.is_dir():
            raise FileNotFoundError("there are no posteriors")  # noqa: EM101
        # a merge replaces files, and one that was cut off must not be read where it was mapped
        stats = [(path, path.stat()) for path in self._paths()]
        keys = [(path, s.st_ino, s.st_size, s.st_mtime_ns) for path, s in stats]
        self._open = {key: self._open.get(key) or Segment(key[0]) for key in keys}
        return list(self._open.values())

    def _block(self, photos: Mapping[int, Sequence[bytes] | None], alphabet: str) -> Block:
        entries = {photo: self._entries(words or (), alphabet) for photo, words in photos.items()}
        packed = [word for of_photo in entries.values() for _, word in of_photo]
        bounds = self.unpack(packed, alphabet).bounds()
        costs = np.floor(-np.log(np.maximum(bounds.contained, 1e-4)) * STEPS).astype(np.uint8)
        planes = np.hstack([bounds.contained, bounds.begins, bounds.ends]) >= POSSIBLE
        return Block.of(entries, np.ascontiguousarray(costs.T), planes.T)

    def _entries(self, words: Sequence[bytes], alphabet: str) -> Entries:
        return [
            (position, entry)
            for position, word in enumerate(words)
            for entry in (word, *self.unpack.split(word, alphabet))
        ]

    def _merge(self) -> None:
        """Make one segment of small ones that are too many, and of those that are mostly dead."""
        segments = self._segments()
        newest = _newest(segments)
        alive = [int(s.counts[n].sum()) for s, n in zip(segments, newest, strict=True)]
        merged = _to_merge([segment.size for segment in segments], alive)
        if merged:
            # only now the others go: a crash between leaves repeats, not gaps
            write(self._next(), [segments[i].block(newest[i]) for i in merged])
            for i in merged:
                segments[i].path.unlink(missing_ok=True)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (OSError, ValueError, IndexError, MemoryError) as error:
            msg = f"{self.folder}: {error}; "
            if lacking(error):
                raise CatalogError(msg + "free some space, or what else is lacking") from error
            raise DamageError(msg + "run: ocrsearch rebuild") from error


def _marked(photos: Collection[int], segments: Sequence[Segment]) -> NDArray[np.bool_]:
    """Whether each photo number up to the highest of the segments is among `photos`."""
    marks = np.zeros(1 + max((int(s.photos.max(initial=0)) for s in segments), default=0), bool)
    marks[[photo for photo in photos if photo < len(marks)]] = True
    return marks


def _union(one: NDArray[np.intp], other: NDArray[np.intp]) -> NDArray[np.intp]:
    """Both together, rising; np.union1d loads numpy.ma, which takes longer than a search."""
    both = np.sort(np.concatenate([one, other]))
    return both[np.diff(both, prepend=-1) > 0]


def _newest(segments: Sequence[Segment]) -> list[NDArray[np.bool_]]:
    """Which photos of each segment no later one supersedes."""
    seen = _marked((), segments)
    newest = []
    for segment in reversed(segments):
        newest.append(~seen[segment.photos])
        seen[segment.photos] = True
    return newest[::-1]


def _to_merge(sizes: Sequence[int], alive: Sequence[int]) -> list[int]:
    """Segments that should become one, in their order; none if there is no need."""
    small = [i for i, size in enumerate(sizes) if size < LARGE]
    merged = [i for i, size in enumerate(sizes) if size >= LARGE and alive[i] < size / 2]
    if len(small) > MOST_SEGMENTS:
        total = 0
        for number, i in enumerate(reversed(small)):
            # older ones join while they are no larger than what is merged anyway
            if total >= LARGE or (number >= MERGED and sizes[i] > total):
                break
            merged.append(i)
            total += sizes[i]
    return sorted(merged)


def _by_photo(
    owners: NDArray[np.uint32], positions: NDArray[np.uint16], scores: NDArray[np.float64]
) -> Evidence:
    """Evidence as `search` reads it; parts of a word share its position."""
    found: Evidence = {}
    for photo, position, score in zip(
        owners.tolist(), positions.tolist(), scores.tolist(), strict=True
    ):
        places = found.setdefault(photo, {})
        places[position] = max(score, places.get(position, 0.0))
    return found
