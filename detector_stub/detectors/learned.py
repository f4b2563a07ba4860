"""The learned detector: word kernels from a small network, at the scale that suits each word."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from detector_stub.boxes import Box
from detector_stub.inference import pretrained
from detector_stub.reading_order import lines_of

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from detector_stub.inference.postprocessing import Predictor, Words

_MIN_SIDE = 16
"""Pixels; no word is legible on a smaller picture."""

MARGIN = 0.1
"""Multiple of a word's height that its box is longer at each end than what the network found:
chosen on training pages, where a little more reads a little better and covers more words whole."""


class LearnedDetector:
    """Finds words by a network; large and small writing at the scale that suits each."""

    def __init__(self, path: Path = pretrained.WEIGHTS, threads: int | None = None) -> None:
        """Use the weights at `path` on so many CPU threads; they are loaded when they are needed."""
        self._path, self._threads = path, threads

    @classmethod
    def of(cls, predict: Predictor) -> LearnedDetector:
        """A detector with a network in memory, as training evaluates it."""
        detector = cls()
        detector._predict = predict
        detector.fingerprint = "learned-3-in-memory"
        return detector

    @cached_property
    def fingerprint(self) -> str:
        """Names the method, its version and its weights; raises WeightsError."""
        return f"learned-3-{pretrained.fingerprint(self._path)}"

    @cached_property
    def _predict(self) -> Predictor:
        return pretrained.predictor(self._path, self._threads)

    def load(self) -> None:
        """Load the weights, and the code that finds words, now; raises WeightsError."""
        import detector_stub.detectors.passes  # noqa: F401 - for `words` to find

        _ = self._predict

    def detect(self, photo: NDArray[np.uint8], path: Path) -> list[list[Box]]:
        """Lines of word boxes in reading order; see `boxes.Detector`."""
        del path  # the built-in detectors need the pixels only
        if min(photo.shape[:2]) < _MIN_SIDE:
            return []
        return lines_of([Box.around(quad) for quad in self.words(photo).longer(MARGIN).quads])

    def has_known_boxes(self, path: Path) -> bool:
        """False: the boxes of every photo are detected."""
        del path
        return False

    def words(self, photo: NDArray[np.uint8]) -> Words:
        """Words in pixels of `photo`, see `passes.find_words`."""
        from detector_stub.detectors.passes import (
            find_words,
        )  # whoever asks for the fingerprint needs none

        return find_words(self._predict, photo)
