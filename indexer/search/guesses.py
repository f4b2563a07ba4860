"""Guesses: hits too unlikely to be shown beside better ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from indexer.entities import Answer, Hit

MIN_CERTAIN = 0.12
"""Score from which on a photo is a hit; below, it is a guess."""

MAX_GUESSES = 3
"""Guesses that a terminal shows at most."""


def certain_hits(found: Answer) -> list[Hit]:
    """Hits that are more than guesses."""
    return [hit for hit in found.hits if hit.score >= MIN_CERTAIN]


def shown_hits(found: Answer) -> list[Hit]:
    """What people are shown: guesses only where there is nothing better, and few of them."""
    return certain_hits(found) or list(found.hits[:MAX_GUESSES])
