from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from recognizer.charset import Charset
from recognizer.datasets.batches import CHUNK, Batches, Labelled, load_all
from recognizer.datasets.samples import Sample
from recognizer.errors import DataError
from recognizer.inference.images import HEIGHT
from recognizer.network.model import FRAME_STRIDE

if TYPE_CHECKING:
    from numpy.typing import NDArray


def sample(text: str, width: int, name: str = "") -> Sample:
    crop = np.zeros((HEIGHT, width), dtype=np.uint8)
    return Sample(name or text, text, "", lambda: crop)


def unreadable(name: str) -> Sample:
    def load() -> NDArray[np.uint8]:
        msg = f"{name}: not a readable word image"
        raise DataError(msg)

    return Sample(name, "text", "", load)


def word_set(name: str, count: int) -> list[Labelled]:
    """Words of random widths 16..400, named NAME0, NAME1, …."""
    widths = np.random.default_rng(len(name)).integers(16, 400, count)
    crops = (np.zeros((HEIGHT, int(width)), dtype=np.uint8) for width in widths)
    return [Labelled(crop, [1], f"{name}{index}") for index, crop in enumerate(crops)]


def names(batches: list[list[Labelled]]) -> list[list[str]]:
    return [[word.name for word in batch] for batch in batches]


def first(batches: Batches, count: int, step: int = 0) -> list[list[Labelled]]:
    return list(islice(batches.from_step(step), count))


def padding(batch: list[Labelled]) -> Any:
    """Share of the columns of a batch that no word fills."""
    widths = [word.crop.shape[1] for word in batch]
    return 1 - sum(widths) / (max(widths) * len(widths))


def test_loaded_words_carry_their_crop_labels_and_name() -> None:
    loaded = load_all([sample("ab", 64, "a.png")], Charset("ab"), lambda done: None)

    (word,) = loaded.words
    assert (word.crop.shape, word.labels, word.name) == ((HEIGHT, 64), [1, 2], "a.png")
    assert loaded.skipped == {}


def test_an_image_that_cannot_be_read_is_skipped_with_its_reason() -> None:
    samples = [sample("ab", 64), unreadable("b.png"), sample("ba", 64)]

    loaded = load_all(samples, Charset("abetx"), lambda done: None)

    assert [word.name for word in loaded.words] == ["ab", "ba"]
    assert loaded.skipped == {"b.png": "b.png: not a readable word image"}


def test_a_text_outside_the_alphabet_is_skipped_with_the_characters_it_lacks() -> None:
    loaded = load_all([sample("añbç", 64)], Charset("ab"), lambda done: None)

    assert loaded.words == []
    assert "'ñç'" in loaded.skipped["añbç"]


@pytest.mark.parametrize(("text", "fits"), [("abcd", True), ("abcde", False), ("aabc", False)])
def test_a_text_that_needs_more_frames_than_its_image_gives_is_skipped(
    text: str, *, fits: bool
) -> None:
    loaded = load_all([sample(text, 4 * FRAME_STRIDE)], Charset("abcde"), lambda done: None)

    assert bool(loaded.words) is fits
    assert bool(loaded.skipped) is not fits


def test_progress_counts_skipped_samples_too() -> None:
    done: list[int] = []

    load_all([sample("a", 64), unreadable("b.png"), sample("a", 64)], Charset(), done.append)

    assert done == [1, 2, 3]


@pytest.mark.parametrize("step", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK + 5])
def test_batches_from_a_step_are_those_that_an_uninterrupted_run_reaches(step: int) -> None:
    batches = Batches([word_set("a", 50), word_set("bb", 20)], (0.7, 0.3), size=4, seed=3)

    uninterrupted = first(batches, step + 3)
    resumed = first(batches, 3, step=step)

    assert names(resumed) == names(uninterrupted[step:])


def test_another_seed_gives_other_batches() -> None:
    sets = [word_set("a", 50)]

    one, other = (first(Batches(sets, (1,), size=4, seed=seed), 2) for seed in (1, 2))

    assert names(one) != names(other)


def test_later_chunks_bring_other_batches() -> None:
    batches = first(Batches([word_set("a", 500)], (1,), size=4, seed=0), 2 * CHUNK)

    assert names(batches[:CHUNK]) != names(batches[CHUNK:])


def test_every_batch_is_full() -> None:
    batches = first(Batches([word_set("a", 3)], (1,), size=8, seed=0), CHUNK + 1)

    assert {len(batch) for batch in batches} == {8}


@pytest.mark.parametrize("mix", [(0.7, 0.3), (7, 3)])
def test_the_sets_are_mixed_in_the_given_proportions(mix: tuple[float, ...]) -> None:
    batches = Batches([word_set("a", 5), word_set("bb", 500)], mix, size=32, seed=0)

    drawn = [word.name[0] for batch in first(batches, 2 * CHUNK) for word in batch]

    assert drawn.count("a") / len(drawn) == pytest.approx(0.7, abs=0.04)


def test_a_set_with_no_share_never_comes() -> None:
    batches = Batches([word_set("a", 5), word_set("bb", 5)], (0, 1), size=8, seed=0)

    drawn = {word.name[0] for batch in first(batches, CHUNK) for word in batch}

    assert drawn == {"b"}


def test_words_of_a_batch_are_about_equally_wide() -> None:
    batches = first(Batches([word_set("a", 2000)], (1,), size=16, seed=0), CHUNK)

    assert np.mean([padding(batch) for batch in batches]) < 0.05


def test_batches_do_not_come_in_the_order_of_their_width() -> None:
    batches = first(Batches([word_set("a", 2000)], (1,), size=16, seed=0), CHUNK)

    widths = [batch[0].crop.shape[1] for batch in batches]

    assert widths != sorted(widths)
    assert widths != sorted(widths, reverse=True)
