"""Segments of the posterior store: files that are written once and memory-mapped after.

A segment holds, for each of its photos, the packed posteriorgrams of the words. By two kinds of
bounds most words are passed over unread: bit planes, one bit a word for each character that it may
hold, begin or end with, and one byte a word for each character, how likely it holds it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from indexer.stores.fsync import fsync_replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from indexer.entities import PhotoId, WordIndex

_MAGIC = b"OCRSPOS3"
"""Format of a segment. Its words are packed with the alphabet of the codec."""

_OLD_MAGIC = b"OCRSPOS2"
"""Format of a segment whose words are packed with the alphabet of the engine that was used last."""

_HEADER = np.dtype([("magic", "S8"), ("photos", "<u8"), ("entries", "<u8"), ("classes", "<u8")])

_CUT_OFF = "a posterior segment is cut off"

STEPS = 24.0
"""Quantisation steps of a factor e of the bounds; rounded so that they stay upper bounds."""

PLANES = 3
"""Bit planes of each character: a word may hold it, begin with it, end with it."""

Entries = list[tuple["WordIndex", bytes]]
"""Position of a word on its photo, and the packed word or a part of it."""


@dataclass(frozen=True)
class Block:
    """Some photos with their entries, in memory.

    Attributes:
        photos, counts: numbers of the photos, and how many entries each has; 0 if it was removed.
        positions: of each entry's word on its photo.
        lengths: bytes of each packed entry.
        costs: quantised negative logs of the bounds [characters, entries].
        planes: bit planes [PLANES × characters, bytes], which may have bits of other entries too.
        bits: place in `planes` of each entry.
        blob: the packed entries, one behind the other.

    """

    photos: NDArray[np.uint32]
    counts: NDArray[np.uint32]
    positions: NDArray[np.uint16]
    lengths: NDArray[np.intp]
    costs: NDArray[np.uint8]
    planes: NDArray[np.uint8]
    bits: NDArray[np.intp]
    blob: NDArray[np.uint8]

    @classmethod
    def of(
        cls,
        photos: Mapping[PhotoId, Entries],
        costs: NDArray[np.uint8],
        planes: NDArray[np.bool_],
    ) -> Block:
        """Photos with their entries, and the bounds of these [characters, entries]."""
        entries = [entry for of_photo in photos.values() for entry in of_photo]
        packed = [word for _, word in entries]
        return cls(
            np.array(list(photos), np.uint32),
            np.array([len(of_photo) for of_photo in photos.values()], np.uint32),
            np.array([position for position, _ in entries], np.uint16),
            np.array([len(word) for word in packed], np.intp),
            costs,
            np.packbits(planes, axis=1),
            np.arange(len(packed)),
            np.frombuffer(b"".join(packed), np.uint8),
        )

    def plane(self, row: int) -> NDArray[np.uint8]:
        """One 0 or 1 for each entry."""
        return np.unpackbits(self.planes[row])[self.bits]


@dataclass(frozen=True)
class Segment:
    """One memory-mapped file, or the same in memory; see `serialized` for its layout."""

    path: Path
    content: bytes = b""

    @cached_property
    def _raw(self) -> NDArray[np.uint8]:
        if self.content:
            return np.frombuffer(self.content, np.uint8)
        # numpy's own words on a file that is too short help nobody
        if self.path.stat().st_size < _HEADER.itemsize:
            raise ValueError(_CUT_OFF)
        # a plain array over the mapping: slices of a memmap cost more than what is done with them
        return np.asarray(np.memmap(self.path, dtype=np.uint8, mode="r"))

    @cached_property
    def _parts(self) -> dict[str, NDArray[Any]]:
        raw = self._raw
        header = raw[: _HEADER.itemsize].view(_HEADER)[0]
        if header["magic"] not in {_MAGIC, _OLD_MAGIC}:
            msg = "not a posterior segment"
            raise ValueError(msg)
        photos, words, classes = (int(header[name]) for name in ("photos", "entries", "classes"))
        shapes: dict[str, tuple[tuple[int, ...], str]] = {
            "photos": ((photos,), "<u4"),
            "ends": ((photos,), "<u4"),
            "starts": ((words + 1,), "<u4"),
            "positions": ((words,), "<u2"),
            "costs": ((classes, words), "u1"),
            "planes": ((PLANES * classes, (words + 7) // 8), "u1"),
        }
        parts: dict[str, NDArray[Any]] = {}
        at = _HEADER.itemsize
        for name, (shape, kind) in shapes.items():
            end = at + math.prod(shape) * np.dtype(kind).itemsize
            if end > len(raw):
                raise ValueError(_CUT_OFF)
            parts[name] = raw[at:end].view(kind).reshape(shape)
            at = end
        parts["magic"] = header["magic"]
        parts["blob"] = raw[at:]
        if len(parts["blob"]) != int(parts["starts"][-1]):
            raise ValueError(_CUT_OFF)
        return parts

    @property
    def is_current(self) -> bool:
        """Whether the file has the format that is written now."""
        return bytes(self._parts["magic"]) == _MAGIC

    @property
    def photos(self) -> NDArray[np.uint32]:
        """Numbers of the photos in this segment, also the removed ones."""
        return self._parts["photos"]

    @cached_property
    def counts(self) -> NDArray[np.uint32]:
        """Entries of each photo."""
        return np.diff(self._parts["ends"], prepend=np.uint32(0))

    @property
    def positions(self) -> NDArray[np.uint16]:
        """The position of each entry's word on its photo."""
        return self._parts["positions"]

    @property
    def size(self) -> int:
        """Number of entries."""
        return len(self.positions)

    def owners(self, entries: NDArray[np.intp]) -> NDArray[np.uint32]:
        """The photo of each of these entries."""
        return self.photos[np.searchsorted(self._parts["ends"], entries, side="right")]

    def plane(self, kind: int, character: int) -> NDArray[np.uint8]:
        """One bit an entry, eight a byte; `kind`: 0 may hold the character, 1 begin, 2 end so."""
        found: NDArray[np.uint8] = self._parts["planes"][
            kind * len(self._parts["costs"]) + character
        ]
        return found

    def costs(self, characters: Sequence[int], entries: NDArray[np.intp]) -> NDArray[np.uint16]:
        """Quantised negative log of the bound of some entries for a text of these characters."""
        cost = np.zeros(len(entries), np.uint16)
        for character in characters:
            cost += self._parts["costs"][character][entries]
        return cost

    def packed(self, entries: NDArray[np.intp]) -> tuple[NDArray[np.uint8], NDArray[np.intp]]:
        """Some packed words, one behind the other, and the bytes of each."""
        starts = self._parts["starts"]
        begin = starts[entries].astype(np.intp)
        lengths = starts[entries + 1].astype(np.intp) - begin
        shift = begin - (np.cumsum(lengths) - lengths)
        place = np.arange(int(lengths.sum())) + np.repeat(shift, lengths)
        return self._parts["blob"][place], lengths

    def block(self, kept: NDArray[np.bool_]) -> Block:
        """The photos that are `kept`, in memory."""
        entries = np.flatnonzero(np.repeat(kept, self.counts))
        blob, lengths = self.packed(entries)
        return Block(
            self.photos[kept],
            self.counts[kept],
            self.positions[entries],
            lengths,
            self._parts["costs"][:, entries],
            self._parts["planes"],
            entries,
            blob,
        )


def write_segment(path: Path, blocks: Sequence[Block]) -> None:
    """Write a segment, durable after."""
    partial = path.with_suffix(".part")
    with partial.open("wb") as file:
        for part in serialized(blocks):
            file.write(part)
    fsync_replace(partial, path)


def serialized(blocks: Sequence[Block]) -> Iterator[memoryview]:
    """The parts of a segment.

    They are header, numbers of the photos, where their entries end, where the packed entries begin,
    positions, costs, planes, packed entries.
    """

    def joined(name: str) -> NDArray[Any]:
        return np.concatenate([getattr(block, name) for block in blocks])

    counts, lengths = joined("counts"), joined("lengths")
    classes = len(blocks[0].costs)
    header = np.array([(_MAGIC, len(counts), len(lengths), classes)], dtype=_HEADER)
    yield header.view(np.uint8).data
    yield joined("photos").astype("<u4").data
    yield np.cumsum(counts).astype("<u4").data
    yield np.concatenate([[0], np.cumsum(lengths)]).astype("<u4").data
    yield joined("positions").astype("<u2").data
    # row by row: all rows of a large segment together would take much memory
    for row in range(classes):
        yield np.concatenate([block.costs[row] for block in blocks]).data
    for row in range(PLANES * classes):
        yield np.packbits(np.concatenate([block.plane(row) for block in blocks])).data
    for block in blocks:
        yield block.blob.data
