"""Posterior store: the packed posteriorgrams of all words, memory-mapped, scored for any text.

A derived store of immutable segments, newest last: each apply writes one, and small ones are merged
when they grow many. A photo that is applied again, or removed, is superseded by its newest one.
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from indexer.entities import ENGINE, WordIndex
from indexer.query.indexed_words import tokens
from indexer.stores import compaction
from indexer.stores.broken_words import broken_words, placed
from indexer.stores.faults import store_error
from indexer.stores.fsync import fsync
from indexer.stores.rarest_first import look_up
from indexer.stores.segments import STEPS, Block, Entries, Segment, serialized, write_segment
from indexer.stores.superseded import marked, newest
from indexer.stores.whole_photos import look_up_on

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from pathlib import Path

    from indexer.entities import Evidence, PhotoId, UnindexedPhoto, Word
    from indexer.stores.protocols import PosteriorCodec

MIN_CONTAINED = 0.01
"""Probability from which a word may hold a character, as far as the bit planes go."""

MIN_COSTED = 1e-4
"""Bounds below this cost no more than it: a cost is one byte."""


class PosteriorStore:
    """Segments below one folder."""

    def __init__(
        self, folder: Path, codec: PosteriorCodec, *, empty_if_missing: bool = False
    ) -> None:
        """`folder` need not exist yet, and who reads may take it for empty until it does.

        `codec` implements the format of a packed word.
        """
        self.folder, self._codec, self._empty_if_missing = folder, codec, empty_if_missing
        self._open: dict[tuple[Path, int, int, int], Segment] = {}
        self._overlay: list[Segment] = []

    def can_say(self, pattern: str) -> bool:
        """Whether any word could say the folded `pattern`: it has characters, all in the alphabet."""
        return self._codec.needs(pattern) is not None

    def chance(self, packed: bytes, alphabet: str, text: str) -> float:
        """Probability that a word, packed with `alphabet`, says a text, whatever its case and signs."""
        folded = "".join(tokens(text))
        if not packed or not self.can_say(folded):
            return 0.0
        return float(self._codec.unpack([packed], alphabet).score(folded)[0])

    def photos(self) -> set[PhotoId]:
        """Photos with words in the store.

        Raises:
            DamageError: the store is missing or damaged.
        """
        with self._translated():
            segments = self._segments()
            return {
                photo
                for segment, current in zip(segments, newest(segments), strict=True)
                for photo in segment.photos[current & (segment.counts > 0)].tolist()
            }

    def is_current(self) -> bool:
        """Whether all segments have the format that is written now.

        Raises:
            DamageError: the store is missing or damaged.
        """
        with self._translated():
            return all(segment.is_current for segment in self._segments())

    def apply(self, photos: Sequence[UnindexedPhoto]) -> None:
        """Replace the words of photos, or remove those whose words are None; durable after.

        Raises:
            CatalogError: the disk is full; nothing is changed then.
        """
        with self._translated():
            self.folder.mkdir(parents=True, exist_ok=True)
            write_segment(self._next(), self._blocks(photos))
            self._merge()

    def overlaid(self, photos: Sequence[UnindexedPhoto]) -> PosteriorStore:
        """The same store as it will be once `photos` were applied; nothing is written.

        A store in an old format stays as it is.

        Raises:
            DamageError: the store is missing or damaged.
        """
        if not photos or not self.is_current():
            return self
        over = PosteriorStore(self.folder, self._codec, empty_if_missing=self._empty_if_missing)
        over._open = self._open
        content = b"".join(serialized(self._blocks(photos)))
        over._overlay = [Segment(self.folder, content)]
        return over

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
        self, patterns: Sequence[str], old_alphabet: str, only: Collection[PhotoId] | None = None
    ) -> dict[str, Evidence]:
        """Words that may say each of the folded patterns, looked for on `only` these photos.

        Of a large store they are the likeliest for each pattern, see `rarest_first`. Words of a
        store in an old format were packed with `old_alphabet`.

        Raises:
            DamageError: the store is missing or damaged.
        """
        return self._looked_up(look_up, patterns, old_alphabet, only)

    def evidence_on(
        self, photos: Collection[PhotoId], patterns: Sequence[str], old_alphabet: str
    ) -> dict[str, Evidence]:
        """The same on a few photos, by a rule that looks at each of them alone: see `whole_photos`.

        Raises:
            DamageError: the store is missing or damaged.
        """
        return self._looked_up(look_up_on, patterns, old_alphabet, photos)

    def _looked_up(
        self,
        look: Callable[..., dict[str, Evidence]],
        patterns: Sequence[str],
        old_alphabet: str,
        only: Collection[PhotoId] | None,
    ) -> dict[str, Evidence]:
        with self._translated():
            try:
                return self._look(look, patterns, old_alphabet, only)
            except FileNotFoundError:  # merged away between listing and opening
                return self._look(look, patterns, old_alphabet, only)

    def _look(
        self,
        look: Callable[..., dict[str, Evidence]],
        patterns: Sequence[str],
        old_alphabet: str,
        only: Collection[PhotoId] | None,
    ) -> dict[str, Evidence]:
        segments = self._segments()
        if not segments or not patterns:
            return {}
        # a writer never adds to a store in an old format
        alphabet = self._codec.alphabet if segments[0].is_current else old_alphabet
        kept = newest(segments)
        if only is not None:
            marks = marked(only, segments)
            kept = [n & marks[s.photos] for n, s in zip(kept, segments, strict=True)]
        return look(patterns, segments, kept, self._codec, alphabet)

    # segments ------------------------------------------------------------------------------

    def _paths(self) -> list[Path]:
        # unlike `glob`, this does not take a folder that may not be listed for an empty one
        return sorted(path for path in self.folder.iterdir() if path.suffix == ".seg")

    def _next(self) -> Path:
        paths = self._paths()
        return self.folder / f"{int(paths[-1].stem) + 1 if paths else 1:08d}.seg"

    def _segments(self) -> list[Segment]:
        if not self.folder.is_dir():
            if self._empty_if_missing:
                return self._overlay
            raise FileNotFoundError("there are no posteriors")  # noqa: EM101
        # a merge replaces files, and one that was cut off must not be read where it was mapped
        stats = [(path, path.stat()) for path in self._paths()]
        keys = [(path, s.st_ino, s.st_size, s.st_mtime_ns) for path, s in stats]
        self._open = {key: self._open.get(key) or Segment(key[0]) for key in keys}
        return [*self._open.values(), *self._overlay]

    def _blocks(self, photos: Iterable[UnindexedPhoto]) -> list[Block]:
        codec = self._codec
        entries = {photo.id: self._entries(photo) for photo in photos}
        packed = [word for of_photo in entries.values() for _, word in of_photo]
        bounds = codec.unpack(packed, codec.alphabet).bounds()
        costs = np.floor(-np.log(np.maximum(bounds.contained, MIN_COSTED)) * STEPS).astype(np.uint8)
        planes = np.hstack([bounds.contained, bounds.begins, bounds.ends]) >= MIN_CONTAINED
        return [Block.of(entries, np.ascontiguousarray(costs.T), planes.T)]

    def _entries(self, photo: UnindexedPhoto) -> Entries:
        codec, words = self._codec, photo.words or ()

        def packed(word: Word) -> bytes:
            if word.by == ENGINE:
                return codec.translate(word.posteriorgram, photo.alphabet)
            return codec.said(word.text)

        whole = [packed(word) for word in words]
        entries = [
            (WordIndex(position), entry)
            for position, word in enumerate(whole)
            for entry in (word, *codec.split(word, codec.alphabet))
        ]
        joined = {
            index: codec.join([packed(first), packed(last)])
            for index, first, last in broken_words(placed(words))
        }
        return [*entries, *joined.items()]

    def _merge(self) -> None:
        """Make one segment of small ones that are too many, and of those that are mostly dead."""
        segments = self._segments()
        current = newest(segments)
        alive = [int(s.counts[n].sum()) for s, n in zip(segments, current, strict=True)]
        merged = compaction.to_merge([segment.size for segment in segments], alive)
        if merged:
            # only now the others go: a crash between leaves repeats, not gaps
            write_segment(self._next(), [segments[i].block(current[i]) for i in merged])
            for i in merged:
                segments[i].path.unlink(missing_ok=True)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (OSError, ValueError, IndexError, MemoryError) as error:
            raise store_error(self.folder, error, "run: ocrsearch rebuild") from error
