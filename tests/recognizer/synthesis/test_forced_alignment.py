from __future__ import annotations

from itertools import groupby, product
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch

from recognizer.inference import pretrained
from recognizer.network import weights
from recognizer.network.model import FRAME_STRIDE
from recognizer.posteriors.charset import BLANK
from recognizer.synthesis.forced_alignment import align, align_words

from ..spelled import spell

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray


def best_by_trying(
    likely: NDArray[np.float64], labels: Sequence[int]
) -> list[tuple[int, int]] | None:
    paths = [
        path
        for path in product(range(likely.shape[1]), repeat=len(likely))
        if [label for label, _ in groupby(path) if label != BLANK] == list(labels)
    ]
    if not paths:
        return None
    best = max(paths, key=lambda path: sum(likely[t, label] for t, label in enumerate(path)))
    spans, time = [], 0
    for label, run in groupby(best):
        length = len(list(run))
        if label != BLANK:
            spans.append((time, time + length - 1))
        time += length
    return spans


@pytest.mark.parametrize("labels", [[1], [1, 2], [2, 2], [1, 2, 1], [2, 1, 1]])
@pytest.mark.parametrize("seed", range(4))
def test_an_alignment_is_the_likeliest_of_all_paths(
    random_probabilities: Callable[..., NDArray[np.float32]], labels: list[int], seed: int
) -> None:
    # flattened, so that chance is never unlikely enough to be disbelieved
    likely = np.log(random_probabilities(6, 3, seed).astype(np.float64)) / 4

    assert align(likely, labels) == best_by_trying(likely, labels)


def test_a_text_with_too_few_frames_is_not_aligned(
    random_probabilities: Callable[..., NDArray[np.float32]],
) -> None:
    likely = np.log(random_probabilities(2, 3).astype(np.float64))

    assert align(likely, [1, 2]) == [(0, 0), (1, 1)]
    assert align(likely, [1, 1]) is None


def test_a_text_that_the_image_does_not_show_is_not_aligned(
    spoken: Callable[..., NDArray[np.float32]],
) -> None:
    likely = np.log(spoken([1, 0, 2], 4, 0.999).astype(np.float64))

    assert align(likely, [1, 2]) == [(0, 0), (2, 2)]
    assert align(likely, [3, 3]) is None


@pytest.mark.slow
def test_letters_of_drawn_words_are_found_where_they_were_drawn() -> None:
    parts = (("st", "cr", "gl"), ("a", "o", "i", "u"), ("ne", "mp", "ver", "t"))
    words = [spell("".join(part)) for part in product(*parts)]
    model, _ = weights.load(pretrained.WEIGHTS)
    before = torch.random.get_rng_state()

    spans = align_words(model, [word.labelled for word in words])

    assert torch.equal(torch.random.get_rng_state(), before)
    far: list[float] = []
    for word, found in zip(words, spans, strict=True):
        assert found is not None, word.text
        middles = [(first + last + 1) / 2 * FRAME_STRIDE for first, last in found]
        away = [
            max(left - middle, middle - right, 0)
            for middle, (left, right) in zip(middles, word.columns, strict=True)
        ]
        assert max(away) < 5 * FRAME_STRIDE, (word.text, away)
        far += away
    # a narrow letter may be seen where the next one begins
    assert np.mean(np.less(far, 2 * FRAME_STRIDE)) > 0.9
