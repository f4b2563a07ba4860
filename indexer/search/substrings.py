"""Substrings: evidence for a searched word that stands inside a longer one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from indexer.query import ast as q

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from indexer.entities import Evidence, PhotoId, WordIndex
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
    for term in _long_terms(found):
        if _is_rare(found[term], max_photos):
            pattern = f"*{term.text}*"
            _add(found[term], store.evidence([pattern], alphabet, admitted).get(pattern, {}))


def add_evidence_on(
    photos: Sequence[PhotoId],
    found: dict[q.Leaf, Evidence],
    store: PosteriorStore,
    alphabet: str,
) -> None:
    """Add the same on those of a few photos that do not hold a word as a whole.

    Whether it is rare depends on all photos, so that is not asked here.
    """
    for term in _long_terms(found):
        whole = found[term]
        lacking = [photo for photo in photos if not _is_likely(whole.get(photo, {}))]
        pattern = f"*{term.text}*"
        _add(whole, store.evidence_on(lacking, [pattern], alphabet).get(pattern, {}))


def _long_terms(leaves: Iterable[q.Leaf]) -> list[q.Term]:
    return [leaf for leaf in leaves if isinstance(leaf, q.Term) and len(leaf.text) >= MIN_INSIDE]


def _add(whole: Evidence, inside: Evidence) -> None:
    for photo_id, words in inside.items():
        places = whole.setdefault(photo_id, {})
        for word, p in words.items():
            places[word] = max(INSIDE * p, places.get(word, 0.0))


def _is_rare(evidence: Evidence, max_photos: int) -> bool:
    """Whether fewer photos than are examined anyway hold a word."""
    return sum(map(_is_likely, evidence.values())) < max_photos


def _is_likely(words: Mapping[WordIndex, float]) -> bool:
    return max(words.values(), default=0.0) > LIKELY
