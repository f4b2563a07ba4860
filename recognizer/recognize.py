"""Fitted crops to readings, in batches of equal width, on the best device there is."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import torch

from recognizer.decoding import beam_search
from recognizer.inference import images, pretrained
from recognizer.network import backends, weights
from recognizer.network.model import frames
from recognizer.network.tensors import pad

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from recognizer.charset import Charset
    from recognizer.datasets.loading import LabelledCrop
    from recognizer.decoding.prior import Prior
    from recognizer.network.model import CRNN

BATCH_PIXELS = 64 * 48 * 192
"""Pixels of a batch: bounds memory whatever the width of the words."""


def best_device() -> torch.device:
    """A CUDA device when there is one, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


class Recognizer:
    """Reads word images with one set of weights."""

    def __init__(
        self,
        path: Path = pretrained.WEIGHTS,
        device: torch.device | None = None,
        threads: int | None = None,
    ) -> None:
        """Load weights onto `device` (default: the best one); compute on `threads` CPU threads.

        Raises:
            WeightsError: see `weights.load`.

        """
        if threads:
            torch.set_num_threads(threads)
        self.device = device or best_device()
        model, self.card = weights.load(path)
        self.fingerprint = pretrained.fingerprint(path)
        self.model: CRNN = model.to(self.device).to(memory_format=torch.channels_last)
        self.backend = backends.choose(self.model, self.device)

    def logits(self, crops: Sequence[NDArray[np.uint8]]) -> list[NDArray[np.float32]]:
        """CTC logits [T, labels] of each fitted crop; see `word_logits`."""
        return _in_batches(self.backend, crops)

    def read(
        self,
        crops: Sequence[NDArray[np.uint8]],
        *,
        alternatives: int = 5,
        prior: Prior | None = None,
    ) -> list[beam_search.Reading]:
        """The reading of each fitted crop (HEIGHT × width, see `images.fit`)."""
        read = self.read_with_posteriors(crops, alternatives=alternatives, prior=prior)
        return [reading for reading, _ in read]

    def read_with_posteriors(
        self,
        crops: Sequence[NDArray[np.uint8]],
        *,
        alternatives: int = 5,
        prior: Prior | None = None,
    ) -> list[tuple[beam_search.Reading, NDArray[np.float32]]]:
        """Each reading with the calibrated probabilities [T, labels] that it was decoded from."""
        out = []
        for logits in self.logits(crops):
            probabilities = beam_search.softmax(logits, self.card.temperature)
            reading = beam_search.decode(
                probabilities, self.card.charset, alternatives=alternatives, prior=prior
            )
            out.append((reading, probabilities))
        return out


def _batches(crops: Sequence[NDArray[np.uint8]]) -> Iterator[list[int]]:
    buckets: dict[int, list[int]] = defaultdict(list)
    for index, crop in enumerate(crops):
        buckets[-(-crop.shape[1] // images.WIDTH_STEP) * images.WIDTH_STEP].append(index)
    for width, members in sorted(buckets.items()):
        size = max(1, BATCH_PIXELS // (images.HEIGHT * width))
        yield from (members[i : i + size] for i in range(0, len(members), size))


def word_logits(model: CRNN, crops: Sequence[NDArray[np.uint8]]) -> list[NDArray[np.float32]]:
    """CTC logits [T, labels] of each fitted crop; T follows from its width, see `model.frames`.

    A word's logits do not depend on the words beside it: a batch has one padded width.
    """
    return _in_batches(backends.TorchBackend(model.eval()), crops)


def _in_batches(
    run: backends.Backend, crops: Sequence[NDArray[np.uint8]]
) -> list[NDArray[np.float32]]:
    out: dict[int, NDArray[np.float32]] = {}
    for batch in _batches(crops):
        grey, widths = pad([crops[i] for i in batch])
        logits = run(grey, widths)
        for index, rows, count in zip(batch, logits, frames(widths).tolist(), strict=True):
            out[index] = rows[:count]
    return [out[index] for index in range(len(crops))]


def read_labelled(
    model: CRNN, words: Sequence[LabelledCrop], charset: Charset
) -> list[tuple[str, str]]:
    """(truth, greedy reading) of every word."""
    logits = word_logits(model, [word.crop for word in words])
    return [
        (charset.decode(word.labels), beam_search.greedy(rows, charset))
        for word, rows in zip(words, logits, strict=True)
    ]
