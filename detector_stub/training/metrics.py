"""Detection metrics: found boxes against true ones.

True boxes are as high as their line while a detector may cut closer, so boxes are compared along
the line: they must lie on one line, which is when they share half of the lower one's height, and
their overlap is that of their horizontal extents. Boxes are [left, top, right, bottom].
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from detector_stub.boxes import Detector
    from detector_stub.training.pages import Page

    Boxes = NDArray[np.float64]

MIN_IOU = 0.5
"""Overlap from which a found box matches a true one."""


@dataclass(frozen=True)
class Scores:
    """Counts over pages, and the rates that follow from them (0 where there is nothing to count).

    Attributes:
        truth: true boxes.
        detected: boxes found on pages with a true box.
        matched: pairs, one to one, that overlap along the line by MIN_IOU or more.
        hits: true words that one box shows whole and nearly alone, see `word_hits`.

    """

    truth: int = 0
    detected: int = 0
    matched: int = 0
    hits: int = 0

    def __add__(self, other: Scores) -> Scores:
        """The scores of both, counted together."""
        return Scores(
            self.truth + other.truth,
            self.detected + other.detected,
            self.matched + other.matched,
            self.hits + other.hits,
        )

    @property
    def recall(self) -> float:
        """Share of true boxes that are matched."""
        return self.matched / max(1, self.truth)

    @property
    def precision(self) -> float:
        """Share of found boxes that are matched: a lower bound, as true boxes may be missing."""
        return self.matched / max(1, self.detected)

    @property
    def f1(self) -> float:
        """Harmonic mean of recall and precision."""
        return 2 * self.matched / max(1, self.truth + self.detected)

    @property
    def word_hit(self) -> float:
        """Share of true words that are hit: what reading and search need."""
        return self.hits / max(1, self.truth)

    @property
    def mean(self) -> float:
        """Mean of `f1` and `word_hit`, by which the best weights of a run are chosen.

        F1 alone favours boxes that cut letters off, hits alone favour a box too many.
        """
        return (self.f1 + self.word_hit) / 2

    def rates(self) -> dict[str, float]:
        """The rates by their names in JSON."""
        return {
            "recall_50": round(self.recall, 4),
            "precision_50": round(self.precision, 4),
            "f1_50": round(self.f1, 4),
            "word_hit": round(self.word_hit, 4),
        }


def evaluate(
    detector: Detector, pages: Sequence[Page], progress: Callable[[int], None] = lambda _: None
) -> Scores:
    """Scores of `detector` on `pages`; those without a true box are left out.

    `progress` is called with 1 after each page. Raises PageError.
    """
    total = Scores()
    for page in pages:
        if len(page.boxes):
            lines = detector.detect(page.photo(), page.picture)
            found = [(b.left, b.top, b.right, b.bottom) for line in lines for b in line]
            total += compare(page.boxes, np.asarray(found, np.float64).reshape(-1, 4))
        progress(1)
    return total


def compare(truth: Boxes, found: Boxes) -> Scores:
    """Scores of the boxes `found` [N, 4] on one page whose true ones are `truth` [M, 4]."""
    overlaps = iou(truth, found)
    # the best pair first; of equal ones that of the later boxes, so that the count is defined
    pairs = sorted(zip(overlaps[overlaps >= MIN_IOU], *np.nonzero(overlaps >= MIN_IOU)))  # noqa: B905
    seen: set[int] = set()
    taken: set[int] = set()
    for _, one, other in reversed(pairs):
        if one not in seen and other not in taken:
            seen.add(int(one))
            taken.add(int(other))
    hits = int(word_hits(truth, found).any(axis=1).sum())
    return Scores(len(truth), len(found), len(seen), hits)


def iou(truth: Boxes, found: Boxes) -> Boxes:
    """Overlap along the line [M, N], 0..1; 0 for boxes that do not lie on one line."""
    both = _shared(truth, found, 0)
    either = _sides(truth, 0)[:, None] + _sides(found, 0) - both
    return np.asarray(np.where(_beside(truth, found), both / np.maximum(1, either), 0.0))


def word_hits(truth: Boxes, found: Boxes) -> NDArray[np.bool_]:
    """Whether a found box shows a true word whole and nearly alone [M, N].

    It lies on the word's line and covers 90 % of its width or all but 0.3 of its height, whichever
    is less, since true boxes have a margin; it is at most 1.5 times as wide plus one height,
    and at most twice as high.
    """
    width, height = _sides(truth, 0)[:, None], _sides(truth, 1)[:, None]
    whole = _shared(truth, found, 0) >= np.minimum(0.9 * width, width - 0.3 * height)
    alone = (_sides(found, 0) <= 1.5 * width + height) & (_sides(found, 1) <= 2 * height)
    return np.asarray(_beside(truth, found) & whole & alone)


def _beside(truth: Boxes, found: Boxes) -> NDArray[np.bool_]:
    lower = np.minimum(_sides(truth, 1)[:, None], _sides(found, 1))
    return np.asarray(_shared(truth, found, 1) >= 0.5 * lower)


def _sides(boxes: Boxes, axis: int) -> Boxes:
    return boxes[:, axis + 2] - boxes[:, axis]


def _shared(truth: Boxes, found: Boxes, axis: int) -> Boxes:
    """How much of `axis` (0 columns, 1 rows) each pair has in common [M, N]."""
    start = np.maximum(truth[:, None, axis], found[:, axis])
    end = np.minimum(truth[:, None, axis + 2], found[:, axis + 2])
    return np.asarray((end - start).clip(0))
