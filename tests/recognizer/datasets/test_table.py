from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from recognizer.datasets.table import read_table
from recognizer.errors import DataError
from recognizer.inference import images

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def write_labels(folder: Path, text: str) -> Path:
    path = folder / "labels.tsv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_line_is_image_text_and_hand(tmp_path: Path) -> None:
    path = write_labels(tmp_path, "a.png\tHello\tann\nb/c.png\t(x)\tbob\tmore\n")

    samples = read_table(path)

    assert [(s.name, s.text, s.hand) for s in samples] == [
        ("a.png", "Hello", "ann"),
        ("b/c.png", "(x)", "bob"),
    ]


def test_the_hand_may_be_left_out(tmp_path: Path) -> None:
    (sample,) = read_table(write_labels(tmp_path, "a.png\tHello\n"))

    assert sample.hand == ""


def test_blank_lines_are_not_samples(tmp_path: Path) -> None:
    samples = read_table(write_labels(tmp_path, "\na.png\tone\n  \nb.png\ttwo\n\n"))

    assert [sample.text for sample in samples] == ["one", "two"]


def test_images_are_looked_for_beside_the_table(
    tmp_path: Path, save_word: Callable[..., Path]
) -> None:
    save_word(tmp_path / "b" / "c.png", size=(40, 20))

    (sample,) = read_table(write_labels(tmp_path, "b/c.png\tHello\n"))

    assert sample.load().shape == (images.HEIGHT, 144)


@pytest.mark.parametrize("line", ["a.png", "a.png\t", "a.png Hello"])
def test_a_line_without_text_is_an_error_with_file_and_line(tmp_path: Path, line: str) -> None:
    path = write_labels(tmp_path, f"z.png\tfine\n{line}\n")

    with pytest.raises(DataError, match=r"labels\.tsv, line 2: expected image, TAB, text"):
        read_table(path)


def test_a_missing_table_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=str(tmp_path / "labels.tsv")):
        read_table(tmp_path / "labels.tsv")
