from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from recognizer.datasets.labelled_crops import load_all
from recognizer.datasets.samples import Sample
from recognizer.errors import DataError
from recognizer.inference.images import HEIGHT
from recognizer.posteriors.charset import Charset

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


def test_progress_counts_skipped_samples_too() -> None:
    done: list[int] = []

    load_all([sample("a", 64), unreadable("b.png"), sample("a", 64)], Charset(), done.append)

    assert done == [1, 2, 3]
