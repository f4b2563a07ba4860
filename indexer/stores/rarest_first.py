"""Look-up of the words of a query in the posterior store, the rarest one first.

A common word is then looked for on the photos of a rarer one as well, where it matters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from indexer.stores.packed_scores import MIN_SCORE, by_photo, scored_words
from indexer.stores.superseded import marked
from indexer.stores.upper_bounds import Prefilter, likeliest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from indexer.entities import Evidence, PhotoId
    from indexer.stores.protocols import PosteriorCodec
    from indexer.stores.segments import Segment

MAX_EVIDENCE = 2_000
"""Words that are evidence for a pattern at most, the likeliest; see `look_up` for more."""


def look_up(
    patterns: Sequence[str],
    segments: Sequence[Segment],
    photos: Sequence[NDArray[np.bool_]],
    codec: PosteriorCodec,
    alphabet: str,
) -> dict[str, Evidence]:
    """Words that may say each of the folded patterns.

    Of many they are the MAX_EVIDENCE likeliest for each pattern, and, on photos that speak for a
    rarer pattern, all.

    Args:
        patterns: folded texts and wildcard patterns.
        segments: one or more.
        photos: for each segment, which of its photos to look at.
        codec: scores packed words.
        alphabet: of the weights that read the photos.

    """
    filtered: dict[str, list[Prefilter]] = {}
    for pattern in patterns:
        required = codec.needs(pattern)
        if required is not None:
            each = zip(segments, photos, strict=True)
            filtered[pattern] = [Prefilter.of(segment, required, kept) for segment, kept in each]
    found: dict[str, Evidence] = {}
    for pattern in sorted(filtered, key=lambda p: sum(f.count(0) for f in filtered[p])):
        rarer = {photo for evidence in found.values() for photo in evidence}
        found[pattern] = _said(pattern, filtered[pattern], rarer, codec, alphabet)
    return found


def _said(
    pattern: str,
    filters: Sequence[Prefilter],
    rarer: set[PhotoId],
    codec: PosteriorCodec,
    alphabet: str,
) -> Evidence:
    """Words that say one pattern: the likeliest, and those on the photos `rarer`."""
    chosen = likeliest(filters)
    among = marked(rarer, [kept.segment for kept in filters])
    if rarer and sum(kept.count(0) for kept in filters) > MAX_EVIDENCE:
        there = likeliest([f.restricted_to(among[f.segment.photos]) for f in filters])
        chosen = [_union(a, b) for a, b in zip(chosen, there, strict=True)]
    each = [(kept.segment, words) for kept, words in zip(filters, chosen, strict=True)]
    owners, positions, scores = scored_words(pattern, each, codec, alphabet)
    kept = among[owners]
    kept[np.argsort(-scores, kind="stable")[:MAX_EVIDENCE]] = True
    kept &= scores >= MIN_SCORE
    return by_photo(owners[kept], positions[kept], scores[kept])


def _union(one: NDArray[np.intp], other: NDArray[np.intp]) -> NDArray[np.intp]:
    """Both together, rising; np.union1d loads numpy.ma, which takes longer than a search."""
    both = np.sort(np.concatenate([one, other]))
    return both[np.diff(both, prepend=-1) > 0]
