"""Batches of labelled crops as tensors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from recognizer.network.tensors import stack

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from recognizer.datasets.labelled_crops import LabelledCrop


@dataclass(frozen=True)
class Batch:
    """Words of one training step, ready to be copied to the network's device.

    Attributes:
        words: the words themselves.
        grey: [N, 1, HEIGHT, W] grey levels as bytes.
        widths: [N] columns of each word.
        targets: the labels of all words, concatenated.
        lengths: [N] labels of each word.

    """

    words: Sequence[LabelledCrop]
    grey: torch.Tensor
    widths: torch.Tensor
    targets: torch.Tensor
    lengths: torch.Tensor

    @classmethod
    def of(cls, words: Sequence[LabelledCrop], *, pinned: bool = False) -> Batch:
        """Pad `words` to one width; `pinned` memory can be copied to a GPU while that computes."""
        tensors = (
            *stack([word.crop for word in words]),
            torch.tensor([label for word in words for label in word.labels]),
            torch.tensor([len(word.labels) for word in words]),
        )
        return cls(words, *(t.pin_memory() if pinned else t for t in tensors))

    def __len__(self) -> int:
        """Number of words."""
        return len(self.words)

    def __iter__(self) -> Iterator[LabelledCrop]:
        """The words."""
        return iter(self.words)
