"""The learned detector: a small network that draws the kernel of every word."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import cv2
import numpy as np

from detector_stub.boxes import Box, lines_of
from detector_stub.inference import kernels, pretrained

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from detector_stub.inference.kernels import Words
    from detector_stub.network.model import WordNet

_LEAST_SIDE = 16
"""Pixels; no word is legible on a smaller picture."""

FAR, CLOSE, CLOSEST = 700, 2400, 4000
"""Longest side of the photo, in pixels, at the look from afar, and at the closer ones at most: they
bound time and memory. The closest look never blows a photo up."""

READABLE, SMALL = 60.0, 28.0
"""Pixels that the lower words of a photo should be high, and below which, after the close look, the
closest one pays. What is too small for the network seems 17 pixels high to it, however small it is,
and what is 12 pixels high 26."""

LOW_SHARE = 0.25
"""Share of the words of a photo that count as its lower ones."""

HIGH = 40.0
"""Pixels of the far look: words at least this high are taken from it. From close by, a headline is
too large for the network to see it whole."""

LARGEST_SCALE = 2.0
"""Pictures are not blown up further: there would be nothing to see."""

MARGIN = 0.1
"""Multiple of a word's height that its box is longer at each end than what the network found:
chosen on training pages, where a little more reads a little better and covers more words whole."""

_LINE_SHARE, _LINES_WORDS = 0.5, 3
"""Something large is a block of text if it holds so many words lower than this share of it."""

_COVERED = 0.6
"""Share of a word that a word kept before covers if it is a part of that one, or the same."""


class LearnedDetector:
    """Finds words by a network; large and small writing at the scale that suits each."""

    def __init__(self, path: Path = pretrained.WEIGHTS) -> None:
        """The weights at `path` are loaded when the first photo comes."""
        self._path = path

    @classmethod
    def of(cls, net: WordNet) -> LearnedDetector:
        """A detector with a network in memory, in evaluation mode, as training measures it."""
        detector = cls()
        detector._net = net
        detector.fingerprint = "learned-1-in-memory"
        return detector

    @cached_property
    def fingerprint(self) -> str:
        """Names the method, its version and its weights; raises WeightsError."""
        return f"learned-1-{pretrained.fingerprint(self._path)}"

    @cached_property
    def _net(self) -> WordNet:
        from detector_stub.network import weights  # torch takes seconds to import

        return weights.load(self._path)

    def detect(self, photo: NDArray[np.uint8], path: Path) -> list[list[Box]]:
        """Lines of word boxes in reading order; see `boxes.Detector`."""
        del path  # the built-in detectors look at pixels only
        if min(photo.shape[:2]) < _LEAST_SIDE:
            return []
        return lines_of([Box.around(quad) for quad in self.words(photo).longer(MARGIN).quads])

    def has_known_boxes(self, path: Path) -> bool:
        """No photo's: they are found."""
        del path
        return False

    def words(self, photo: NDArray[np.uint8]) -> Words:
        """Words in pixels of `photo`: large ones from afar, the others from close by."""
        longest = max(photo.shape[:2])
        most = round(LARGEST_SCALE * longest)
        side = min(FAR, most)
        seen = look(self._net, photo, side)
        large: list[Words] = []
        for limit, enough in ((min(CLOSE, most), READABLE), (min(CLOSEST, longest), SMALL)):
            heights = seen.heights() * side / longest
            low = float(np.quantile(heights, LOW_SHARE)) if len(heights) else 1.0
            closer = min(limit, round(side * READABLE / low))
            if low >= enough or closer <= side:
                break
            large.append(seen.where(heights >= HIGH))
            side, seen = closer, look(self._net, photo, closer)
        kept = kernels.Words.none()
        for words in large:
            kept = kept.joined(words.where(~_blocks(words, seen)), _COVERED)
        return kept.joined(seen, _COVERED)


def _blocks(large: Words, closer: Words) -> NDArray[np.bool_]:
    """Which of the `large` words [N] are no words but several lines of small writing."""
    heights, middles = closer.heights(), closer.quads.mean(axis=1)
    blocks = np.zeros(len(large.quads), bool)
    for index, (quad, height) in enumerate(zip(large.quads, large.heights(), strict=True)):
        inside = ((middles > quad.min(axis=0)) & (middles < quad.max(axis=0))).all(axis=1)
        blocks[index] = (heights[inside] < _LINE_SHARE * height).sum() >= _LINES_WORDS
    return blocks


def look(net: WordNet, photo: NDArray[np.uint8], longest: int) -> Words:
    """Words on `photo`, in its own pixels, seen with its longest side at `longest` pixels."""
    import torch  # takes seconds

    from detector_stub.network.model import normalize
    from detector_stub.network.weights import mixed_precision

    scale = longest / max(photo.shape[:2])
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    size = tuple(max(1, round(side * scale)) for side in photo.shape[1::-1])
    seen = cv2.resize(photo, size, interpolation=method)
    below, right = (-side % kernels.MULTIPLE for side in seen.shape[:2])
    padded = cv2.copyMakeBorder(seen, 0, below, 0, right, cv2.BORDER_REPLICATE)
    with torch.inference_mode(), mixed_precision():
        maps = net(normalize(torch.from_numpy(padded)[None])).float()[0].numpy()
    words = kernels.find(maps)
    return kernels.Words(words.quads / np.float32(scale), words.scores)
