"""Packed words split at signs: `node.next` is found as `node` and as `next`."""

from __future__ import annotations

from itertools import pairwise

from recognizer.posteriors.packing import FIRST


def split_at_signs(packed: bytes, signs: frozenset[int]) -> list[bytes]:
    """Split a packed word into packed words: `node.next` gives two, `node` none.

    A part ends where one of the labels `signs` is the likeliest symbol of a frame.
    """
    half = len(packed) // 2
    labels, levels = packed[:half], packed[half:]
    begins = [place for place, coded in enumerate(labels) if coded & FIRST]
    frames = list(pairwise([*begins, half]))
    best = [labels[min(range(a, b), key=levels.__getitem__)] & ~FIRST for a, b in frames]
    parts: list[list[int]] = [[]]
    for frame, label in enumerate(best):
        if label in signs:
            parts.append([])
        else:
            parts[-1].append(frame)
    lettered = [part for part in parts if any(best[frame] for frame in part)]
    if len(lettered) < 2:
        return []
    cuts = [(frames[part[0]][0], frames[part[-1]][1]) for part in lettered]
    return [packed[a:b] + packed[half + a : half + b] for a, b in cuts]
