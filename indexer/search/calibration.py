"""Calibration: the probability that a photo holds what a leaf of a query asks for, or several."""

from __future__ import annotations

import math

WEIGHT_OF_SCORE = 0.07
"""Weight of the log odds that readings and posteriorgrams together give."""

WEIGHT_OF_SEEN = 0.30
"""Weight of the log odds that the posteriorgrams alone give."""

WEIGHT_OF_LETTER = 0.68
"""Log odds for each letter that is asked for: longer words are seldom read by chance."""

MAX_LETTERS = 8
"""Letters that count; the fit holds few words that are longer."""

READ = 1.55
"""Log odds for a photo where a word's best reading says what is asked for."""

SHIFT = -3.38
"""Log odds that are added in all cases."""

TOGETHER_SLOPE = 0.73
"""Factor of the log odds of a product for each word beyond the first."""

TOGETHER_SHIFT = 1.1
"""Log odds for a second word; for a third, the square root of two times as much."""

MAX_WORDS = 3
"""Words beyond this many are calibrated as so many: the fit holds no more."""

_LIMITS = (1e-9, 1 - 1e-4)
"""Probabilities beyond count as these: the fit holds too few to tell them apart."""


MIN_CALIBRATED = 1e-7
"""What neither `calibrated` nor `calibrated_product` goes below, but for what is 0."""


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


def calibrated_product(product: float, words: int) -> float:
    """Probability that a photo holds all of several words; grows with the product of their own.

    The product is too cautious: the words of a query stand together on some photo, and where one
    was read well, so were the others. Source: as for `calibrated`, on pairs and triples of words.

    Args:
        product: of the calibrated probabilities of the words; 0 and 1 stay, which are no estimates.
        words: how many there are.

    """
    if words < 2 or product in (0.0, 1.0):
        return product
    beyond = min(words, MAX_WORDS) - 1
    odds = TOGETHER_SLOPE**beyond * _log_odds(product) + TOGETHER_SHIFT * math.sqrt(beyond)
    return 1.0 / (1.0 + math.exp(-odds))


def _log_odds(probability: float) -> float:
    least, most = _LIMITS
    p = min(max(probability, least), most)
    return math.log(p / (1.0 - p))
