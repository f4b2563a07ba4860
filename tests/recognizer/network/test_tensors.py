from __future__ import annotations

import pytest
import torch

from recognizer.inference.images import HEIGHT
from recognizer.network.tensors import normalize

WIDTH = 20


def normalized(written: int, *, ink: int, ground: int) -> torch.Tensor:
    """The input of a network for a word whose ink covers so many of its columns."""
    grey = torch.full((1, 1, HEIGHT, WIDTH), float(ground))
    grey[..., :written] = ink
    return normalize(grey, torch.tensor([WIDTH]))[0, 0, 0]


@pytest.mark.parametrize("written", [3, 10, 12])
def test_bold_ink_that_covers_half_of_a_word_is_no_chalk(written: int) -> None:
    dark = normalized(written, ink=20, ground=220)

    assert (dark[:written] > 0).all()
    assert (dark[written:] < 0).all()


def test_chalk_comes_out_as_ink_does() -> None:
    chalk = normalized(3, ink=220, ground=20)

    assert torch.allclose(chalk, normalized(3, ink=20, ground=220))
