from __future__ import annotations

import numpy as np
import pytest

from recognizer.datasets.label_checks import frames_needed
from recognizer.datasets.labelled_crops import load_all
from recognizer.datasets.samples import Sample
from recognizer.inference.images import HEIGHT
from recognizer.network.model import FRAME_STRIDE
from recognizer.posteriors.charset import Charset


def sample(text: str, width: int) -> Sample:
    return Sample(text, text, "", lambda: np.zeros((HEIGHT, width), dtype=np.uint8))


def test_a_label_needs_a_frame_and_equal_neighbours_a_blank_between() -> None:
    assert frames_needed([]) == 0
    assert frames_needed([1, 2, 1]) == 3
    assert frames_needed([1, 1, 2, 2, 2]) == 8


@pytest.mark.parametrize(("text", "fits"), [("abcd", True), ("abcde", False), ("aabc", False)])
def test_a_text_that_needs_more_frames_than_its_image_gives_is_skipped(
    text: str, *, fits: bool
) -> None:
    loaded = load_all([sample(text, 4 * FRAME_STRIDE)], Charset("abcde"), lambda done: None)

    assert bool(loaded.words) is fits
    assert bool(loaded.skipped) is not fits
