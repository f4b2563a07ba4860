"""Labels that cannot be learned: outside the alphabet, or too long for their image by CTC."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from recognizer.errors import DataError
from recognizer.inference.batches import FRAME_STRIDE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recognizer.posteriors.charset import Charset


def check_alphabet(text: str, charset: Charset) -> None:
    """Check that a network with `charset` can read `text`.

    Raises:
        DataError: it lacks characters; names them.

    """
    unknown = charset.missing(text)
    if unknown:
        msg = f"characters outside the alphabet: {unknown!r}"
        raise DataError(msg)


def check_feasible(text: str, labels: Sequence[int], width: int) -> None:
    """Check that a crop of `width` columns has the frames that CTC needs for `text`.

    Raises:
        DataError: it has not.

    """
    if frames_needed(labels) > -(-width // FRAME_STRIDE):
        msg = f"{text!r} needs more frames than {width} pixels of width give"
        raise DataError(msg)


def frames_needed(labels: Sequence[int]) -> int:
    """Least number of frames of a CTC path: one a label, and a blank between equal neighbours."""
    return len(labels) + sum(a == b for a, b in pairwise(labels))
