"""Calibration of scores: the probability that a photo answers."""

from __future__ import annotations

import math

SLOPE = 0.55
"""Factor of a photo's log odds in calibration, fitted on training photos."""

SHIFT = -0.9
"""Summand of a photo's log odds in calibration, fitted on training photos."""


def calibrated(score: float) -> float:
    """Map the score of a photo to the probability that it answers; the order of scores stays.

    Much ink that is no word looks like one to a reader that expects words, so that middling scores
    promise too much. Source: Platt scaling (Platt 1999).
    """
    if not 0.0 < score < 1.0:
        return score
    odds = SLOPE * math.log(score / (1.0 - score)) + SHIFT
    return 1.0 / (1.0 + math.exp(-odds))
