"""Suggestions of similar words: "did you mean"."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection


def allowed_edits(word: str) -> int:
    """Edits between a word and a plausible misreading of it: none for the shortest ones."""
    return 0 if len(word) < 3 else 1 if len(word) < 6 else 2


def nearest(word: str, read: Collection[str], limit: int = 5) -> list[str]:
    """Those of `read` that look like `word`, nearest first; none if it is among them."""
    from rapidfuzz.distance import Levenshtein  # rarely needed

    distances = {term: Levenshtein.distance(term, word) for term in read}
    near = [term for term in read if distances[term] <= allowed_edits(word)]
    return [] if word in read else sorted(near, key=lambda t: (distances[t], t))[:limit]
