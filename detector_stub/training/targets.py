"""Training targets of the network: kernel maps drawn from word boxes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from detector_stub.inference.postprocessing import ALONG, MAX_ALONG, STRIDE, frame

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from detector_stub.inference.postprocessing import Frame

ACROSS = 0.25
"""Share of a word's height by which its kernel is lower at each side."""


@dataclass(frozen=True)
class Targets:
    """Training targets of one picture; all [rows / 4, columns / 4].

    Attributes:
        kernel: 1 in the kernel of a word, else 0.
        weight: certainty of that, 0..1: 0 where a word is known to be illegible or too small.
        above, below, slope: see `network.WordNet.forward`; only in kernels.
        share: weight of a cell's geometry: large words do not outweigh small ones.

    """

    kernel: NDArray[np.float32]
    weight: NDArray[np.float32]
    above: NDArray[np.float32]
    below: NDArray[np.float32]
    slope: NDArray[np.float32]
    share: NDArray[np.float32]

    def stacked(self) -> NDArray[np.float32]:
        """All six, in this order: [6, rows / 4, columns / 4]."""
        return np.stack([self.kernel, self.weight, self.above, self.below, self.slope, self.share])


MIN_TAUGHT_HEIGHT = 9.0
"""Input pixels: lower words cannot be told apart at this stride, and are not taught."""

DOUBTFUL_WEIGHT = 0.07
"""Weight of ink that nobody has boxed: it is mostly drawing, but boxes are missing too."""


def draw(
    quads: NDArray[np.float32],
    legible: NDArray[np.bool_],
    doubtful: NDArray[np.uint8],
) -> Targets:
    """Targets of a picture.

    Args:
        quads: corners [N, 4, 2] of all words and other boxed ink, in input pixels.
        legible: [N], false where a box holds ink that is not one legible word.
        doubtful: [rows, columns], nonzero where there is ink, boxed or not.

    """
    rows, columns = (side // STRIDE for side in doubtful.shape)
    weight = np.ones((rows, columns), np.float32)
    # 255, so that a thin stroke does not round to nothing when cells are averaged
    marked = (doubtful > 0).astype(np.uint8) * np.uint8(255)
    ink = cv2.resize(marked, (columns, rows), interpolation=cv2.INTER_AREA)
    weight[ink > 0] = DOUBTFUL_WEIGHT
    maps = np.zeros((5, rows, columns), np.float32)
    axes = frame(quads)
    taught = legible & (axes.height >= MIN_TAUGHT_HEIGHT)
    for quad in quads[~taught]:
        cv2.fillConvexPoly(weight, np.round(quad / STRIDE * 8).astype(np.int32), 0, shift=3)
    for index in np.flatnonzero(taught).tolist():
        _draw_word(quads[index], index, axes, maps, weight)
    kernel, above, below, slope, share = maps
    return Targets(kernel, weight, above, below, slope, share)


def _draw_word(
    quad: NDArray[np.float32],
    index: int,
    axes: Frame,
    maps: NDArray[np.float32],
    weight: NDArray[np.float32],
) -> None:
    """Draw one word into the windows of `maps` and `weight` that it covers."""
    low = np.floor(quad.min(axis=0) / STRIDE).astype(int).clip(0)
    high = np.ceil(quad.max(axis=0) / STRIDE).astype(int).clip(0, weight.shape[::-1])
    if (high <= low).any():
        return
    window = (slice(low[1], high[1]), slice(low[0], high[0]))
    ys, xs = np.mgrid[window]
    from_centre = np.stack([xs, ys], axis=2) * STRIDE + STRIDE / 2 - axes.centre[index]
    on, off = from_centre @ axes.along[index], from_centre @ axes.across[index]
    width, height = float(axes.width[index]), float(axes.height[index])
    weight[window][(np.abs(on) < width / 2) & (np.abs(off) < height / 2)] = 1
    end = width / 2 - min(ALONG * height, MAX_ALONG * width)
    kernel = (np.abs(on) < end) & (np.abs(off) < (0.5 - ACROSS) * height)
    if not kernel.any():
        return
    values = (
        1.0,
        np.log1p((off + height / 2).clip(0) / STRIDE),
        np.log1p((height / 2 - off).clip(0) / STRIDE),
        axes.along[index, 1],
        1 / np.sqrt(kernel.sum()),
    )
    for one, value in zip(maps, values, strict=True):
        one[window][kernel] = value[kernel] if isinstance(value, np.ndarray) else value
