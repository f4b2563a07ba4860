"""Phrases: words that stand side by side, also over the end of a line."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

from indexer.entities import WordIndex
from indexer.query import ast as q
from indexer.stores.broken_words import beginning_at, covered, is_broken

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from indexer.entities import PhotoId
    from indexer.search.evidence import QueryEvidence

MIN_LIKELY = 0.03
"""Probability from which a word counts beside the best one of its photo, and is a match to show."""

LINE_BREAK = 0.5
"""Factor of a phrase's probability for each line that ends within it."""


def likely_words(
    leaf: q.Leaf, evidence: QueryEvidence, photo_id: PhotoId
) -> Mapping[WordIndex, tuple[float, tuple[WordIndex, ...]]]:
    """Words of a photo that may say a leaf, with probabilities; of a phrase, where it begins.

    Beside each probability stand the words that say it: several if a phrase spans boxes.
    """
    within_a_box = evidence.leaves[leaf].get(photo_id, {})
    words: dict[WordIndex, tuple[float, tuple[WordIndex, ...]]]
    words = {index: (p, (index,)) for index, p in _once(within_a_box).items()}
    if not isinstance(leaf, q.Phrase):
        return words
    lines = evidence.lines.get(photo_id)
    first, *others = (
        None if text == q.ANY_WORD else evidence.leaves[q.word(text)].get(photo_id, {})
        for text in leaf.texts
    )
    for start, p in (first or {}).items():
        chance, run = p, [start]
        for other in others:
            following = beginning_at(covered(run[-1])[-1] + 1)
            if other is None:
                run.append(following[0])
                continue
            run.append(max(following, key=lambda index: other.get(index, 0.0)))
            chance *= other.get(run[-1], 0.0)
            if not chance:
                break
        chance *= _line_breaks(lines, run)
        if chance > words.get(start, (0.0,))[0]:
            words[start] = chance, tuple(run)
    return words


def is_read(leaf: q.Leaf, evidence: QueryEvidence, photo_id: PhotoId) -> bool:
    """Whether best readings say a leaf on a photo; of a phrase, each of its words where it stands."""
    if photo_id in evidence.read.get(leaf, ()):
        return True
    if not isinstance(leaf, q.Phrase):
        return False
    read = [
        None if text == q.ANY_WORD else evidence.read.get(q.word(text), {}).get(photo_id, ())
        for text in leaf.texts
    ]
    if any(indices is not None and not indices for indices in read):
        return False
    runs = (run for _, run in likely_words(leaf, evidence, photo_id).values())
    return any(
        len(run) == len(read)
        and all(indices is None or i in indices for i, indices in zip(run, read, strict=True))
        for run in runs
    )


def _once(words: Mapping[WordIndex, float]) -> Mapping[WordIndex, float]:
    """Evidence without that of pieces of broken words, where the whole is as likely, or of the whole."""
    broken = [index for index in words if is_broken(index)]
    if not broken:
        return words
    left = dict(words)
    for index in broken:
        pieces = [WordIndex(place) for place in covered(index) if place in words]
        if any(words[piece] > words[index] for piece in pieces):
            del left[index]
        else:
            left = {key: p for key, p in left.items() if key not in pieces}
    return left


def _line_breaks(lines: Mapping[WordIndex, int] | None, run: Sequence[WordIndex]) -> float:
    """Factor for the ends of lines between the words of a phrase; those within words are none."""
    if lines is None:
        return 1.0
    gaps = ((covered(one)[-1], covered(other)[0]) for one, other in pairwise(run))
    # lines without words between two of them do not tear a phrase further apart
    breaks = (lines.get(WordIndex(b), 0) > lines.get(WordIndex(a), 0) for a, b in gaps)
    return math.prod(LINE_BREAK for broken in breaks if broken)
