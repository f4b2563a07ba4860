from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from recognizer.datasets.named_images import read_named_images
from recognizer.errors import DataError
from recognizer.inference import images

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("sticky_12_Hello_7.png", "Hello"),
        ("page_World_0.png", "World"),
        ("_empty-first-part_3.png", "empty-first-part"),
        ("scan_3.14_9.png", "3.14"),
        ("scan_photo_4.JPG", "photo"),
    ],
)
def test_the_label_is_the_last_but_one_part_of_the_name(
    tmp_path: Path, save_word: Callable[..., Path], name: str, text: str
) -> None:
    save_word(tmp_path / name)

    (sample,) = read_named_images(tmp_path)

    assert (sample.name, sample.text, sample.hand) == (name, text, "")


def test_samples_load_their_own_image(tmp_path: Path, save_word: Callable[..., Path]) -> None:
    save_word(tmp_path / "a_short_1.png", size=(48, 24))
    save_word(tmp_path / "b_long_2.png", size=(96, 24))

    widths = {sample.text: sample.load().shape for sample in read_named_images(tmp_path)}

    assert widths == {"short": (images.HEIGHT, 144), "long": (images.HEIGHT, 288)}


def test_samples_are_sorted_by_path_and_subfolders_are_read(
    tmp_path: Path, save_word: Callable[..., Path]
) -> None:
    for name in ("c_three_1.png", "b/x_two_1.png", "a_one_1.png"):
        save_word(tmp_path / name)

    assert [sample.text for sample in read_named_images(tmp_path)] == ["one", "two", "three"]


def test_files_that_are_no_images_are_left_alone(
    tmp_path: Path, save_word: Callable[..., Path]
) -> None:
    save_word(tmp_path / "a_one_1.png")
    (tmp_path / "notes.txt").touch()

    assert [sample.text for sample in read_named_images(tmp_path)] == ["one"]


@pytest.mark.parametrize("name", ["word.png", "word_1.png", "a__1.png"])
def test_a_name_without_a_label_is_an_error_that_names_the_file(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()

    with pytest.raises(DataError, match=name):
        read_named_images(tmp_path)


def test_a_folder_without_images_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=f"{tmp_path}: holds no word image"):
        read_named_images(tmp_path)


def test_an_unreadable_image_fails_only_when_loaded(tmp_path: Path) -> None:
    (tmp_path / "a_word_1.png").write_bytes(b"no image")

    (sample,) = read_named_images(tmp_path)

    with pytest.raises(DataError, match=r"a_word_1\.png"):
        sample.load()
