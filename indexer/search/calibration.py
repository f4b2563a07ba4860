"""Calibration: the probability that a photo holds what one leaf of a query asks for."""

from __future__ import annotations

import math

WEIGHT_OF_SCORE = 0.10
"""Weight of the log odds that readings and posteriorgrams together give."""

WEIGHT_OF_SEEN = 0.28
"""Weight of the log odds that the posteriorgrams alone give."""

WEIGHT_OF_LETTER = 0.73
"""Log odds for each letter that is asked for: longer words are seldom read by chance."""

MAX_LETTERS = 8
"""Letters that count; the fit holds few words that are longer."""

READ = 1.33
"""Log odds for a photo where a word's best reading says what is asked for."""

SHIFT = -3.42
"""Log odds that are added in all cases."""

_LIMITS = (1e-9, 1 - 1e-4)
"""Probabilities beyond count as these: the fit holds too few to tell them apart."""


def calibrated(score: float, *, seen: float, letters: int, read: bool) -> float:
    """Probability that a photo holds what a leaf asks for; grows with each of the four.

    Source: logistic regression on the answers of held-out photos, after Platt 1999; see
    recognizer/EXPERIMENTS.md.

    Args:
        score: probability by readings and posteriorgrams; 0 stays 0.
        seen: probability by posteriorgrams, which know neither words nor languages.
        letters: letters that are asked for.
        read: whether the best reading of a word says it.

    """
    if score <= 0.0:
        return 0.0
    odds = WEIGHT_OF_SCORE * _log_odds(score) + WEIGHT_OF_SEEN * _log_odds(seen)
    odds += WEIGHT_OF_LETTER * min(letters, MAX_LETTERS) + READ * read + SHIFT
    return 1.0 / (1.0 + math.exp(-odds))


def _log_odds(probability: float) -> float:
    least, most = _LIMITS
    p = min(max(probability, least), most)
    return math.log(p / (1.0 - p))
