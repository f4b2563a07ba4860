"""States of corrections: which of them count, and why the others do not. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from indexer.corrections.effective import prevailing, scaled

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from indexer.corrections.correction import Correction


class CorrectionState(StrEnum):
    """Whether a correction counts."""

    COUNTS = "counts"
    SUPERSEDED = "superseded"
    """Another one of the same ink takes precedence."""
    UNDONE = "undone"
    DOUBTFUL = "doubtful"
    """Another word is surely read in its place, so that it is not shown."""


def counting(corrections: Iterable[Correction]) -> list[Correction]:
    """Those of some corrections of any photos, all of each, that count: see `prevailing`."""
    photos: dict[str, list[Correction]] = {}
    for correction in corrections:
        photos.setdefault(correction.content, []).append(correction)
    return [
        correction
        for of_photo in photos.values()
        for correction in prevailing(scaled(c, of_photo[0].size) for c in of_photo)
    ]


def single_words(corrections: Iterable[Correction], never_cut: Collection[str]) -> list[Correction]:
    """Those that count and give one word to learn from or to measure on.

    Not those of several words in one box, and not those with a uid in `never_cut`, whose image can
    be cut out of no photo.
    """
    return [
        correction
        for correction in counting(corrections)
        if len(correction.text.split()) == 1 and correction.uid not in never_cut
    ]


def states(
    corrections: Collection[Correction], doubtful: Collection[str] = ()
) -> Mapping[str, CorrectionState]:
    """The state of each correction, by uid.

    Args:
        corrections: of any photos, all of each.
        doubtful: uids of those that are doubtful.

    """
    count = {correction.uid for correction in counting(corrections)}

    def state(correction: Correction) -> CorrectionState:
        if correction.undone_at is not None:
            return CorrectionState.UNDONE
        if correction.uid not in count:
            return CorrectionState.SUPERSEDED
        is_doubtful = correction.uid in doubtful
        return CorrectionState.DOUBTFUL if is_doubtful else CorrectionState.COUNTS

    return {correction.uid: state(correction) for correction in corrections}
