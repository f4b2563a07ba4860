"""Postprocessing: words found in the kernel maps of the network.

A word is a quad: its corners [4, 2] (x, y) in pixels, clockwise from the upper left one along its
line. Its kernel is the quad shrunk by a share of its height, so that the kernels of neighbours
do not touch; the shrinking is undone when a kernel is found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cc3d
import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Predictor = Callable[[NDArray[np.uint8]], NDArray[np.float32]]
    """A network: an RGB picture [rows, columns, 3], whose sides are multiples of MULTIPLE, to maps
    [4, rows / 4, columns / 4]."""

STRIDE = 4
"""Pixels of the network's input, along each axis, that share one cell of its maps."""

MULTIPLE = 32
"""Height and width of an input are multiples of this."""

KERNEL = 0
"""Channel of the maps with the probability of a kernel, see `network.WordNet.forward`."""

ABOVE = 1
"""Channel of the maps with the distance to the upper edge of the word."""

BELOW = 2
"""Channel of the maps with the distance to the lower edge of the word."""

SLOPE = 3
"""Channel of the maps with the slope of the word's line."""

ALONG = 0.15
"""Share of a word's height by which its kernel is shorter at each end, see MAX_ALONG."""

MAX_ALONG = 0.3
"""Share of a word's width by which its kernel is shorter at each end at most."""

_MIN_HEIGHT = 7.0
"""Input pixels; lower words are noise."""

_MIN_CELLS = 3
"""Cells of a kernel; smaller ones are noise."""

_KERNEL_LEVEL = 0.5
"""Probability from which a cell belongs to a kernel."""

_MIN_SCORE = 0.6
"""Mean probability of a kernel's cells; less certain ones are noise."""

_MAX_SINE = 0.8
"""Sine of the steepest slope that a line may have."""


@dataclass(frozen=True)
class Words:
    """Words on a picture.

    Attributes:
        quads: corners [N, 4, 2] in pixels.
        scores: mean kernel probability [N].

    """

    quads: NDArray[np.float32]
    scores: NDArray[np.float32]

    @classmethod
    def none(cls) -> Words:
        """No words."""
        return cls(np.empty((0, 4, 2), np.float32), np.empty(0, np.float32))

    def where(self, mask: NDArray[np.bool_]) -> Words:
        """The words for which `mask` [N] holds."""
        return Words(self.quads[mask], self.scores[mask])

    def joined(self, others: Words, covered: float) -> Words:
        """These words, and those of `others` that no word kept covers by more than `covered`.

        Of two of the `others`, the larger is kept: the smaller is a piece of it.
        """
        quads = np.concatenate([self.quads, others.quads])
        scores = np.concatenate([self.scores, others.scores])
        low, high = quads.min(axis=1), quads.max(axis=1)
        shapes = shapely.polygons(quads)
        area = shapely.area(shapes)
        kept = list(range(len(self.quads)))
        for one in len(self.quads) + np.argsort(-area[len(self.quads) :]):
            both = np.minimum(high[one], high[kept]) - np.maximum(low[one], low[kept])
            # bounds of slanted words also overlap where the words do not, but never the reverse
            near = np.asarray(kept, int)[(both > 0).all(axis=1)]
            shared = shapely.area(shapely.intersection(shapes[one], shapes[near]))
            if not (shared > covered * area[one]).any():
                kept.append(int(one))
        return Words(quads[kept], scores[kept])

    def longer(self, share: float) -> Words:
        """The words, each end moved outwards by `share` of the word's height."""
        axes = frame(self.quads)
        ends = ((axes.height * share)[:, None] * axes.along)[:, None]
        signs = np.asarray([-1, 1, 1, -1], np.float32)[None, :, None]
        return Words((self.quads + signs * ends).astype(np.float32), self.scores)

    def heights(self) -> NDArray[np.float32]:
        """Height of each word across its line [N], pixels."""
        return np.asarray(np.linalg.norm(self.quads[:, 3] - self.quads[:, 0], axis=1), np.float32)


@dataclass(frozen=True)
class Frame:
    """Each quad's own axes: centre [N, 2], unit vectors along and across [N, 2], sizes [N]."""

    centre: NDArray[np.float32]
    along: NDArray[np.float32]
    across: NDArray[np.float32]
    width: NDArray[np.float32]
    height: NDArray[np.float32]


def frame(quads: NDArray[np.float32]) -> Frame:
    """The axes of quads [N, 4, 2] that are nearly rectangles."""
    way = (quads[:, 1] - quads[:, 0] + quads[:, 2] - quads[:, 3]) / 2
    width = np.linalg.norm(way, axis=1)
    along = way / np.maximum(width, 1e-6)[:, None]
    across = np.stack([-along[:, 1], along[:, 0]], axis=1)
    down = (quads[:, 3] - quads[:, 0] + quads[:, 2] - quads[:, 1]) / 2
    height = np.abs((down * across).sum(axis=1))
    return Frame(quads.mean(axis=1), along, across, width, height)


def find(maps: NDArray[np.float32]) -> Words:
    """Words in maps [4, rows, columns] (see `network.WordNet.forward`), in input pixels."""
    probability = 1 / (1 + np.exp(-maps[KERNEL].clip(-50)))
    labels, count = cc3d.connected_components(
        probability > _KERNEL_LEVEL, connectivity=4, return_N=True
    )
    ys, xs = np.nonzero(labels)
    label = labels[ys, xs].astype(int) - 1
    cells = np.bincount(label, minlength=count)

    def mean(values: NDArray[np.float32]) -> NDArray[np.float64]:
        return np.bincount(label, values, minlength=count) / np.maximum(cells, 1)

    sine = mean(maps[SLOPE][ys, xs]).clip(-_MAX_SINE, _MAX_SINE)
    along = np.stack([np.sqrt(1 - sine**2), sine], axis=1)
    across = np.stack([-along[:, 1], along[:, 0]], axis=1)
    points = (np.stack([xs, ys], axis=1) + 0.5) * STRIDE
    on, off = (points * along[label]).sum(axis=1), (points * across[label]).sum(axis=1)
    top = mean(off - np.expm1(maps[ABOVE][ys, xs]) * STRIDE)
    foot = mean(off + np.expm1(maps[BELOW][ys, xs]) * STRIDE)
    start, end = np.full(count, np.inf), np.full(count, -np.inf)
    np.minimum.at(start, label, on)
    np.maximum.at(end, label, on)
    start, end = _unshrunk(start - STRIDE / 2, end + STRIDE / 2, foot - top)
    scores = mean(probability[ys, xs])
    keep = (cells >= _MIN_CELLS) & (scores > _MIN_SCORE) & (foot - top > _MIN_HEIGHT)
    corners = [(start, top), (end, top), (end, foot), (start, foot)]
    quads = np.stack([a[:, None] * along + b[:, None] * across for a, b in corners], axis=1)
    return Words(quads[keep].astype(np.float32), scores[keep].astype(np.float32))


def _unshrunk(
    start: NDArray[np.float64], end: NDArray[np.float64], height: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Ends of the words whose kernels reach from `start` to `end`."""
    width = end - start
    narrow = width * MAX_ALONG / (1 - 2 * MAX_ALONG)
    margin = np.minimum(ALONG * height, narrow)
    return start - margin, end + margin
