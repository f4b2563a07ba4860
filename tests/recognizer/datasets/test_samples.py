from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from recognizer.datasets.mjsynth import read_mjsynth
from recognizer.datasets.samples import LazySequence, Subset

if TYPE_CHECKING:
    from pathlib import Path


class Squares(LazySequence[int]):
    def __len__(self) -> int:
        return 5

    def item(self, index: int) -> int:
        return index * index


def test_a_lazy_sequence_behaves_like_a_list() -> None:
    squares = Squares()

    assert list(squares) == [0, 1, 4, 9, 16]
    assert squares[-1] == 16
    assert squares[1:4] == [1, 4, 9]
    assert 9 in squares


@pytest.mark.parametrize("index", [5, -6])
def test_an_index_beyond_the_end_is_an_error(index: int) -> None:
    with pytest.raises(IndexError):
        Squares()[index]


def test_a_subset_has_its_items_in_the_order_of_their_indices() -> None:
    assert list(Subset("abcde", np.array([4, 0, 2]))) == ["e", "a", "c"]


def test_a_large_annotation_takes_little_more_memory_than_its_file(tmp_path: Path) -> None:
    import tracemalloc

    lines = "".join(f"./{n // 300}/1/{n}_word_{n}.jpg {n}\n" for n in range(20_000))
    (tmp_path / "annotation_train.txt").write_text(lines, encoding="utf-8")
    read_mjsynth(tmp_path, "train")

    tracemalloc.start()
    samples = read_mjsynth(tmp_path, "train")
    used = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()

    assert used < len(lines) + 10 * len(samples)
    assert samples[19_999].name == "66/1/19999_word_19999.jpg"


def test_blank_lines_comments_and_a_missing_last_line_end_are_no_samples(tmp_path: Path) -> None:
    text = "# made by hand\n\n./1/1/1_one_7.jpg 7\r\n   \n./1/1/2_two_8.jpg 8"
    (tmp_path / "annotation_val.txt").write_bytes(text.encode())

    assert [s.text for s in read_mjsynth(tmp_path, "val")] == ["one", "two"]
