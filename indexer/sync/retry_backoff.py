"""Exponential backoff of failed photos: the wait until the next try doubles with each failure."""

from __future__ import annotations

MAX_DOUBLINGS = 10
"""How often the wait before the next try of a failed photo doubles."""


def retry_wait(attempts: int, retry_minutes: float) -> float:
    """Seconds until the next try of a photo that failed `attempts` times, 1 or more."""
    return retry_minutes * 60 * 2.0 ** min(attempts - 1, MAX_DOUBLINGS)
