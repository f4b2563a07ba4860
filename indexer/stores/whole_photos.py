"""Look-up of words on a few photos, each judged by itself.

`rarest_first` keeps the likeliest words of a whole store, so what it finds on one photo depends on
the others. Here it depends on the photo and the pattern alone.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from indexer.stores.packed_scores import MIN_SCORE, by_photo, scored_words
from indexer.stores.segments import STEPS
from indexer.stores.upper_bounds import MIN_BOUND

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from indexer.entities import Evidence
    from indexer.stores.protocols import PosteriorCodec, RequiredCharacters
    from indexer.stores.segments import Segment

MIN_EACH = 24
"""Words of each photo that are scored in any case: those with the highest bounds."""


def look_up_on(
    patterns: Sequence[str],
    segments: Sequence[Segment],
    photos: Sequence[NDArray[np.bool_]],
    codec: PosteriorCodec,
    alphabet: str,
) -> dict[str, Evidence]:
    """Words that may say each of the folded patterns; parameters as of `rarest_first.look_up`."""
    found: dict[str, Evidence] = {}
    entries = [
        np.flatnonzero(np.repeat(kept, segment.counts))
        for segment, kept in zip(segments, photos, strict=True)
    ]
    for pattern in patterns:
        required = codec.needs(pattern)
        if required is not None:
            each = zip(segments, entries, strict=True)
            chosen = [(segment, _likeliest(segment, words, required)) for segment, words in each]
            owners, positions, scores = scored_words(pattern, chosen, codec, alphabet)
            kept = scores >= MIN_SCORE
            found[pattern] = by_photo(owners[kept], positions[kept], scores[kept])
    return found


def _likeliest(
    segment: Segment, words: NDArray[np.intp], required: RequiredCharacters
) -> NDArray[np.intp]:
    """Those of `words` whose bound reaches MIN_BOUND, and the MIN_EACH first of each photo."""
    costs = segment.costs(required.contained, words)
    owners = segment.owners(words)
    order = np.lexsort((costs, owners))
    begins = np.flatnonzero(np.diff(owners[order], prepend=-1))  # where each photo begins
    rank = np.arange(len(order)) - np.repeat(begins, np.diff(begins, append=len(order)))
    kept = costs <= -math.log(MIN_BOUND) * STEPS
    kept[order[rank < MIN_EACH]] = True
    return words[kept]
