"""Substrings: evidence for a searched word that stands inside a longer one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from indexer.query import ast as q

if TYPE_CHECKING:
    from collections.abc import Collection

    from indexer.entities import Evidence, PhotoId
    from indexer.stores.posteriors import PosteriorStore

INSIDE = 0.001
"""Factor of the probability of a word that was seen within a longer one."""

LIKELY = 0.02
"""Probability from which on a photo counts as one that holds a word as a whole."""

MIN_INSIDE = 4
"""Letters of the shortest word that is looked for within longer ones."""


def add_evidence(
    found: dict[q.Leaf, Evidence],
    store: PosteriorStore,
    alphabet: str,
    admitted: Collection[PhotoId] | None,
    *,
    max_photos: int,
) -> None:
    """Add a small share for a word that stands within a longer one, if it is rare.

    It is rare if fewer than `max_photos` hold it as a whole word.
    """
    for term in [leaf for leaf in found if isinstance(leaf, q.Term)]:
        if len(term.text) < MIN_INSIDE or not _is_rare(found[term], max_photos):
            continue
        pattern = f"*{term.text}*"
        inside = store.evidence([pattern], alphabet, admitted).get(pattern, {})
        for photo_id, words in inside.items():
            whole = found[term].setdefault(photo_id, {})
            for word, p in words.items():
                whole[word] = max(INSIDE * p, whole.get(word, 0.0))


def _is_rare(evidence: Evidence, max_photos: int) -> bool:
    """Whether fewer photos than are examined anyway hold a word."""
    likely = sum(max(words.values()) > LIKELY for words in evidence.values())
    return likely < max_photos
