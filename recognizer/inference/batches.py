"""Batches: fitted crops of one padded width, so that a word is read alike beside any others."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Protocol

import numpy as np

from recognizer.inference.images import HEIGHT, WIDTH_STEP

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

BATCH_PIXELS = 64 * 48 * 192
"""Maximum pixels of a batch: bounds memory whatever the width of the words."""

FRAME_STRIDE = 4
"""Columns of a crop for each output frame."""


class Backend(Protocol):
    """Runs one network on batches of words."""

    def __call__(
        self, *, grey: NDArray[np.uint8], widths: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Logits [N, W / FRAME_STRIDE, labels] of grey levels [N, 1, HEIGHT, W] and widths [N], see `stack`."""


def logits_of(run: Backend, crops: Sequence[NDArray[np.uint8]]) -> list[NDArray[np.float32]]:
    """CTC logits [T, labels] of each fitted crop; T is its width by FRAME_STRIDE, rounded up.

    The logits of a word do not depend on the words beside it because all words of a batch are
    padded to the same width.
    """
    out: dict[int, NDArray[np.float32]] = {}
    for batch in _batches(crops):
        grey, widths = stack([crops[i] for i in batch])
        logits = run(grey=grey, widths=widths)
        for index, rows, width in zip(batch, logits, widths.tolist(), strict=True):
            out[index] = rows[: -(-width // FRAME_STRIDE)]
    return [out[index] for index in range(len(crops))]


def stack(crops: Sequence[NDArray[np.uint8]]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Batch fitted crops.

    Returns:
        Grey levels [N, 1, HEIGHT, W], W a multiple of WIDTH_STEP, and widths [N] in pixels.

    The columns right of a crop repeat its last one, so that filters meet no false edge.
    """
    widths = np.array([crop.shape[1] for crop in crops], dtype=np.int64)
    batch = np.empty((len(crops), 1, HEIGHT, _padded(int(widths.max()))), dtype=np.uint8)
    for row, crop in enumerate(crops):
        batch[row, 0, :, : crop.shape[1]] = crop
        batch[row, 0, :, crop.shape[1] :] = crop[:, -1:]
    return batch, widths


def _padded(width: int) -> int:
    return -(-width // WIDTH_STEP) * WIDTH_STEP


def _batches(crops: Sequence[NDArray[np.uint8]]) -> Iterator[list[int]]:
    """Indices of the crops of each batch: of one padded width, and within BATCH_PIXELS."""
    buckets: dict[int, list[int]] = defaultdict(list)
    for index, crop in enumerate(crops):
        buckets[_padded(crop.shape[1])].append(index)
    for width, members in sorted(buckets.items()):
        size = max(1, BATCH_PIXELS // (HEIGHT * width))
        yield from (members[i : i + size] for i in range(0, len(members), size))
