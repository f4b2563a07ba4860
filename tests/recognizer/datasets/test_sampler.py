from __future__ import annotations

from itertools import islice
from typing import Any

import numpy as np
import pytest

from recognizer.datasets.labelled_crops import LabelledCrop
from recognizer.datasets.sampler import CHUNK, BatchSampler, balanced_odds
from recognizer.inference.images import HEIGHT


def word_set(name: str, count: int) -> list[LabelledCrop]:
    """Words of random widths 16..400, named NAME0, NAME1, …."""
    widths = np.random.default_rng(len(name)).integers(16, 400, count)
    crops = (np.zeros((HEIGHT, int(width)), dtype=np.uint8) for width in widths)
    return [LabelledCrop(crop, [1], f"{name}{index}") for index, crop in enumerate(crops)]


def names(batches: list[list[LabelledCrop]]) -> list[list[str]]:
    return [[word.name for word in batch] for batch in batches]


def first(batches: BatchSampler, count: int, step: int = 0) -> list[list[LabelledCrop]]:
    return list(islice(batches.from_step(step), count))


def padding(batch: list[LabelledCrop]) -> Any:
    """Share of the columns of a batch that no word fills."""
    widths = [word.crop.shape[1] for word in batch]
    return 1 - sum(widths) / (max(widths) * len(widths))


@pytest.mark.parametrize("step", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK + 5])
def test_batches_from_a_step_are_those_that_an_uninterrupted_run_reaches(step: int) -> None:
    batches = BatchSampler([word_set("a", 50), word_set("bb", 20)], (0.7, 0.3), size=4, seed=3)

    uninterrupted = first(batches, step + 3)
    resumed = first(batches, 3, step=step)

    assert names(resumed) == names(uninterrupted[step:])


def test_another_seed_gives_other_batches() -> None:
    sets = [word_set("a", 50)]

    one, other = (first(BatchSampler(sets, (1,), size=4, seed=seed), 2) for seed in (1, 2))

    assert names(one) != names(other)


def test_later_chunks_bring_other_batches() -> None:
    batches = first(BatchSampler([word_set("a", 500)], (1,), size=4, seed=0), 2 * CHUNK)

    assert names(batches[:CHUNK]) != names(batches[CHUNK:])


def test_every_batch_is_full() -> None:
    batches = first(BatchSampler([word_set("a", 3)], (1,), size=8, seed=0), CHUNK + 1)

    assert {len(batch) for batch in batches} == {8}


@pytest.mark.parametrize("mix", [(0.7, 0.3), (7, 3)])
def test_the_sets_are_mixed_in_the_given_proportions(mix: tuple[float, ...]) -> None:
    batches = BatchSampler([word_set("a", 5), word_set("bb", 500)], mix, size=32, seed=0)

    drawn = [word.name[0] for batch in first(batches, 2 * CHUNK) for word in batch]

    assert drawn.count("a") / len(drawn) == pytest.approx(0.7, abs=0.04)


def test_a_set_with_no_share_never_comes() -> None:
    batches = BatchSampler([word_set("a", 5), word_set("bb", 5)], (0, 1), size=8, seed=0)

    drawn = {word.name[0] for batch in first(batches, CHUNK) for word in batch}

    assert drawn == {"b"}


def test_words_of_a_batch_are_about_equally_wide() -> None:
    batches = first(BatchSampler([word_set("a", 2000)], (1,), size=16, seed=0), CHUNK)

    assert np.mean([padding(batch) for batch in batches]) < 0.05


def test_batches_do_not_come_in_the_order_of_their_width() -> None:
    batches = first(BatchSampler([word_set("a", 2000)], (1,), size=16, seed=0), CHUNK)

    widths = [batch[0].crop.shape[1] for batch in batches]

    assert widths != sorted(widths)
    assert widths != sorted(widths, reverse=True)


def test_hands_that_write_equally_much_change_nothing_when_balanced() -> None:
    odds = balanced_odds(["a", "b", "b", "a"])

    assert np.allclose(odds, [0.25, 0.5, 0.75, 1.0])


def test_words_of_one_hand_are_equally_likely_when_balanced() -> None:
    odds = balanced_odds(["a", "b", "b", "b"])

    assert np.allclose(np.diff(odds), np.diff(odds)[0])
    assert odds[-1] == 1
