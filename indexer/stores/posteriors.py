"""Posterior store: the packed posteriorgrams of all words, memory-mapped, scored for any text.

A derived store of immutable segments, newest last: each apply writes one, and small ones are merged
when they grow many. A photo that is applied again, or removed, is superseded by its newest one.
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from indexer.entities import WordIndex
from indexer.stores import compaction
from indexer.stores.broken_words import broken_words, placed
from indexer.stores.faults import store_error
from indexer.stores.fsync import fsync
from indexer.stores.prefilter import Prefilter, likeliest
from indexer.stores.segments import STEPS, Block, Entries, Segment, write_segment

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from indexer.entities import Evidence, PhotoId, UnindexedPhoto
    from indexer.stores.protocols import PosteriorCodec

MIN_CONTAINED = 0.01
"""Probability from which a word may hold a character, as far as the bit planes go."""

MIN_COSTED = 1e-4
"""Bounds below this cost no more than it: a cost is one byte."""

MAX_EVIDENCE = 2_000
"""Words that are evidence for a pattern at most, the likeliest; see `evidence` for more."""

MIN_SCORE = 1e-9
"""Words that say a pattern with less probability are no evidence."""


Pieces = dict[WordIndex, tuple[bytes, bytes]]
"""Packed posteriorgrams of the two pieces of each broken word of a photo."""


def packed_words(photos: Iterable[UnindexedPhoto]) -> dict[PhotoId, list[bytes] | None]:
    """Packed posteriorgrams of photos, as `PosteriorStore.apply` takes them."""
    return {
        photo.id: None if photo.words is None else [word.posteriorgram for word in photo.words]
        for photo in photos
    }


def packed_pieces(photos: Iterable[UnindexedPhoto]) -> dict[PhotoId, Pieces]:
    """Packed posteriorgrams of the broken words of photos, as `PosteriorStore.apply` takes them."""
    return {
        photo.id: {
            index: (first.posteriorgram, last.posteriorgram)
            for index, first, last in broken_words(placed(photo.words))
        }
        for photo in photos
        if photo.words
    }


class PosteriorStore:
    """Segments below one folder."""

    def __init__(self, folder: Path, codec: PosteriorCodec) -> None:
        """`folder` need not exist yet; `codec` implements the format of a packed word."""
        self.folder, self._codec = folder, codec
        self._open: dict[tuple[Path, int, int, int], Segment] = {}

    def can_say(self, pattern: str) -> bool:
        """Whether any word could say the folded `pattern`: it has characters, all in the alphabet."""
        return self._codec.needs(pattern) is not None

    def photos(self) -> set[PhotoId]:
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

    def apply(
        self,
        photos: Mapping[PhotoId, Sequence[bytes] | None],
        alphabet: str,
        broken: Mapping[PhotoId, Pieces] | None = None,
    ) -> None:
        """Replace the words of photos, or remove them (None), and their broken words; durable after.

        Raises:
            CatalogError: the disk is full; nothing is changed then.
        """
        with self._translated():
            self.folder.mkdir(parents=True, exist_ok=True)
            write_segment(self._next(), [self._block(photos, alphabet, broken or {})])
            self._merge()

    @contextmanager
    def rebuilt(self) -> Iterator[PosteriorStore]:
        """An empty store to fill; it takes the place of this one when the block ends well.

        Raises:
            CatalogError: the disk is full; this store stays in use.
        """
        fresh = PosteriorStore(self.folder.with_name(self.folder.name + ".new"), self._codec)
        old = self.folder.with_name(self.folder.name + ".old")
        with self._translated():
            for leftover in (fresh.folder, old):
                shutil.rmtree(leftover, ignore_errors=True)
            fresh.folder.mkdir(parents=True)
            yield fresh
            if self.folder.exists():
                self.folder.rename(old)
            fresh.folder.rename(self.folder)
            fsync([self.folder.parent])
            shutil.rmtree(old, ignore_errors=True)

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
        filtered: dict[str, list[Prefilter]] = {}
        for pattern in patterns:
            required = self._codec.needs(pattern)
            if required is not None:
                each = zip(segments, newest, strict=True)
                filtered[pattern] = [
                    Prefilter.of(segment, required, kept) for segment, kept in each
                ]
        found: dict[str, Evidence] = {}
        for pattern in sorted(filtered, key=lambda p: sum(f.count(0) for f in filtered[p])):
            rarer = {photo for evidence in found.values() for photo in evidence}
            found[pattern] = self._said(pattern, filtered[pattern], rarer, alphabet)
        return found

    def _said(
        self, pattern: str, filters: Sequence[Prefilter], rarer: set[PhotoId], alphabet: str
    ) -> Evidence:
        """Words that say one pattern: the likeliest, and those on the photos `rarer`."""
        chosen = likeliest(filters)
        among = _marked(rarer, [kept.segment for kept in filters])
        if rarer and sum(kept.count(0) for kept in filters) > MAX_EVIDENCE:
            there = likeliest([f.restricted_to(among[f.segment.photos]) for f in filters])
            chosen = [_union(a, b) for a, b in zip(chosen, there, strict=True)]
        each = [(kept.segment, words) for kept, words in zip(filters, chosen, strict=True)]
        packed = [segment.packed(words) for segment, words in each]
        raw, lengths = (np.concatenate(parts) for parts in zip(*packed, strict=True))
        scores = self._codec.unpack_joined(raw, lengths, alphabet).score(pattern)
        owners = np.concatenate([segment.owners(words) for segment, words in each])
        positions = np.concatenate([segment.positions[words] for segment, words in each])
        kept = among[owners]
        kept[np.argsort(-scores, kind="stable")[:MAX_EVIDENCE]] = True
        kept &= scores >= MIN_SCORE
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

    def _block(
        self,
        photos: Mapping[PhotoId, Sequence[bytes] | None],
        alphabet: str,
        broken: Mapping[PhotoId, Pieces],
    ) -> Block:
        entries = {
            photo: self._entries(words or (), alphabet, broken.get(photo, {}))
            for photo, words in photos.items()
        }
        packed = [word for of_photo in entries.values() for _, word in of_photo]
        bounds = self._codec.unpack(packed, alphabet).bounds()
        costs = np.floor(-np.log(np.maximum(bounds.contained, MIN_COSTED)) * STEPS).astype(np.uint8)
        planes = np.hstack([bounds.contained, bounds.begins, bounds.ends]) >= MIN_CONTAINED
        return Block.of(entries, np.ascontiguousarray(costs.T), planes.T)

    def _entries(self, words: Sequence[bytes], alphabet: str, broken: Pieces) -> Entries:
        entries = [
            (WordIndex(position), entry)
            for position, word in enumerate(words)
            for entry in (word, *self._codec.split(word, alphabet))
        ]
        return entries + [(index, self._codec.join(pieces)) for index, pieces in broken.items()]

    def _merge(self) -> None:
        """Make one segment of small ones that are too many, and of those that are mostly dead."""
        segments = self._segments()
        newest = _newest(segments)
        alive = [int(s.counts[n].sum()) for s, n in zip(segments, newest, strict=True)]
        merged = compaction.to_merge([segment.size for segment in segments], alive)
        if merged:
            # only now the others go: a crash between leaves repeats, not gaps
            write_segment(self._next(), [segments[i].block(newest[i]) for i in merged])
            for i in merged:
                segments[i].path.unlink(missing_ok=True)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (OSError, ValueError, IndexError, MemoryError) as error:
            raise store_error(self.folder, error, "run: ocrsearch rebuild") from error


def _marked(photos: Collection[PhotoId], segments: Sequence[Segment]) -> NDArray[np.bool_]:
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


def _by_photo(
    owners: NDArray[np.uint32], positions: NDArray[np.uint16], scores: NDArray[np.float64]
) -> Evidence:
    """Group scores by photo and word; parts of a word share its position."""
    found: Evidence = {}
    for photo, position, score in zip(
        owners.tolist(), positions.tolist(), scores.tolist(), strict=True
    ):
        places = found.setdefault(photo, {})
        places[position] = max(score, places.get(position, 0.0))
    return found
