"""A word of the data with the readings of its image."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class EvaluatedWord:
    """One word of the data and its readings.

    Attributes:
        truth: the transcription.
        text: the best reading.
        confidence: probability 0..1 that `text` is right, as the recogniser estimates it.
        readings: all readings asked for, best first, `text` included.
        hand: who wrote it, "" if not known.

    """

    truth: str
    text: str
    confidence: float
    readings: tuple[str, ...]
    hand: str = ""
