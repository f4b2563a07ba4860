"""One file of the posterior store: written once, memory-mapped after.

A segment holds, for each of its photos, the packed posteriorgrams of the words, and of each word
the highest probability a character, by which most words are passed over unread.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import islice, pairwise
from typing import TYPE_CHECKING

import numpy as np

from indexer.durable import flush

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

_MAGIC = b"OCRSPOS1"
_HEADER = np.dtype([("magic", "S8"), ("photos", "<u8"), ("entries", "<u8"), ("classes", "<u8")])
STEPS = 24.0
"""Quantisation steps of a factor e of the bounds; rounded so that they stay upper bounds."""

Entries = list[tuple[int, bytes]]
"""Position of a word on its photo, and the packed word or a part of it."""


@dataclass(frozen=True)
class Segment:
    """One memory-mapped file; see `write` for its layout."""

    path: Path

    @cached_property
    def _raw(self) -> NDArray[np.uint8]:
        return np.memmap(self.path, dtype=np.uint8, mode="r")

    @cached_property
    def _parts(self) -> dict[str, NDArray[np.generic]]:
        header = self._raw[: _HEADER.itemsize].view(_HEADER)[0]
        if header["magic"] != _MAGIC:
            msg = "not a posterior segment"
            raise ValueError(msg)
        photos, words = int(header["photos"]), int(header["entries"])
        sizes: dict[str, tuple[int, np.dtype[np.generic]]] = {
            "photos": (photos, np.dtype("<u4")),
            "counts": (photos, np.dtype("<u4")),
            "positions": (words, np.dtype("<u2")),
            "starts": (words + 1, np.dtype("<u4")),
            "bounds": (words * int(header["classes"]), np.dtype("u1")),
        }
        parts: dict[str, NDArray[np.generic]] = {}
        at = _HEADER.itemsize
        for name, (count, kind) in sizes.items():
            end = at + count * kind.itemsize
            parts[name] = self._raw[at:end].view(kind)
            at = end
        parts["bounds"] = parts["bounds"].reshape(int(header["classes"]), words)
        parts["blob"] = self._raw[at:]
        if len(parts["blob"]) != int(parts["starts"][-1]):
            msg = "a posterior segment is cut off"
            raise ValueError(msg)
        return parts

    @property
    def photos(self) -> NDArray[np.uint32]:
        """Numbers of the photos that this segment speaks for, also the removed ones."""
        return self._parts["photos"].view(np.uint32)

    @cached_property
    def owners(self) -> NDArray[np.uint32]:
        """The photo of each entry."""
        return np.repeat(self.photos, self._parts["counts"].view(np.uint32))

    @property
    def positions(self) -> NDArray[np.uint16]:
        """The position of each entry's word on its photo."""
        return self._parts["positions"].view(np.uint16)

    @property
    def bounds(self) -> NDArray[np.uint8]:
        """Quantised upper bounds [characters, words]."""
        return self._parts["bounds"].view(np.uint8)

    def cost(self, columns: Sequence[int]) -> NDArray[np.uint16]:
        """Quantised negative log of the bound of each entry for a text of these characters."""
        cost = np.zeros(self.bounds.shape[1], np.uint16)
        for column in columns:
            cost += self.bounds[column]
        return cost

    def packed(self, entries: NDArray[np.intp]) -> tuple[NDArray[np.uint8], NDArray[np.intp]]:
        """Some packed words, one behind the other, and the bytes of each."""
        starts = self._parts["starts"].view(np.uint32).astype(np.intp)
        lengths = starts[entries + 1] - starts[entries]
        shift = starts[entries] - (np.cumsum(lengths) - lengths)
        place = np.arange(int(lengths.sum())) + np.repeat(shift, lengths)
        return self._parts["blob"].view(np.uint8)[place], lengths

    def by_photo(self) -> dict[int, Entries | None]:
        """All entries by photo, None for removed ones."""
        blob, edges = self._parts["blob"].tobytes(), self._parts["starts"].tolist()
        words = (blob[a:b] for a, b in pairwise(edges))
        entries = zip(self.positions.tolist(), words, strict=True)
        return {photo: list(islice(entries, count)) or None for photo, count in self.counts.items()}

    @property
    def counts(self) -> dict[int, int]:
        """Entries of each photo."""
        counts = self._parts["counts"].view(np.uint32)
        return dict(zip(self.photos.tolist(), counts.tolist(), strict=True))


def write(path: Path, photos: Mapping[int, Entries | None], bounds: NDArray[np.uint8]) -> None:
    """Header, photo numbers, entries of each, positions, starts, bounds, packed words."""
    entries = [entry for of_photo in photos.values() for entry in of_photo or ()]
    header = np.array([(_MAGIC, len(photos), len(entries), bounds.shape[0])], dtype=_HEADER)
    starts = np.concatenate([[0], np.cumsum([len(word) for _, word in entries])])
    partial = path.with_suffix(".part")
    with partial.open("wb") as file:
        file.write(header.tobytes())
        file.write(np.array(list(photos), dtype="<u4").tobytes())
        file.write(np.array([len(e or ()) for e in photos.values()], dtype="<u4").tobytes())
        file.write(np.array([position for position, _ in entries], dtype="<u2").tobytes())
        file.write(starts.astype("<u4").tobytes())
        file.write(bounds.tobytes())
        file.write(b"".join(word for _, word in entries))
    flush([partial])
    partial.replace(path)
    flush([path.parent])
