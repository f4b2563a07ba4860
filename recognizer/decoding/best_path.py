"""CTC decoding by the best path alone: greedy, faster, one reading a word."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from recognizer.decoding.decoder import Reading
from recognizer.posteriors.charset import BLANK

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from recognizer.posteriors.charset import Charset


def greedy(probabilities: NDArray[np.float32], charset: Charset) -> str:
    """Text of the best path through probabilities [T, labels]: collapse repeats, drop blanks."""
    path = probabilities.argmax(axis=1)
    change = np.empty(len(path), dtype=bool)
    change[:1] = True
    np.not_equal(path[1:], path[:-1], out=change[1:])
    return charset.decode(path[change & (path != BLANK)].tolist())


def decode_greedily(probabilities: NDArray[np.float32], charset: Charset) -> Reading:
    """Decode probabilities [T, labels] by the best path alone.

    The confidence is the probability of that path, which is lower than that of the text because
    other paths spell it as well.
    """
    text, confidence = greedy(probabilities, charset), float(probabilities.max(axis=1).prod())
    return Reading(text, confidence, ((text, confidence),))
