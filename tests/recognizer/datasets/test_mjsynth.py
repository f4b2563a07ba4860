from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from recognizer.datasets.labelled_crops import load_all
from recognizer.datasets.mjsynth import read_mjsynth
from recognizer.errors import DataError
from recognizer.inference import images
from recognizer.posteriors.charset import Charset

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LUBE = "./2425/1/115_Lube_45484.jpg 45484"
SALE = "./2425/1/117_SALE_57393.jpg 57393"


def annotate(folder: Path, part: str, *lines: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    text = "".join(f"{line}\n" for line in lines)
    (folder / f"annotation_{part}.txt").write_text(text, encoding="utf-8")


def test_the_text_is_the_second_part_of_the_file_name_in_its_own_case(tmp_path: Path) -> None:
    annotate(tmp_path, "train", LUBE, SALE)

    samples = read_mjsynth(tmp_path, "train")

    assert [sample.text for sample in samples] == ["Lube", "SALE"]


def test_a_sample_is_named_after_its_image_and_has_no_hand(tmp_path: Path) -> None:
    annotate(tmp_path, "train", LUBE)

    (sample,) = read_mjsynth(tmp_path, "train")

    assert (sample.name, sample.hand) == ("2425/1/115_Lube_45484.jpg", "")


@pytest.mark.parametrize("place", [".", "mnt/ramdisk/max/90kDICT32px", "90kDICT32px"])
def test_images_are_found_beside_the_annotation_wherever_it_lies(
    tmp_path: Path, save_word: Callable[..., Path], place: str
) -> None:
    annotate(tmp_path / place, "val", LUBE)
    save_word(tmp_path / place / "2425/1/115_Lube_45484.jpg", size=(64, 32))

    (sample,) = read_mjsynth(tmp_path, "val")

    assert sample.load().shape == (images.HEIGHT, 144)


def test_each_part_has_its_own_annotation(tmp_path: Path) -> None:
    annotate(tmp_path, "train", LUBE)
    annotate(tmp_path, "test", SALE)

    assert [sample.text for sample in read_mjsynth(tmp_path, "test")] == ["SALE"]


def test_empty_damaged_and_absent_images_are_skipped_by_name_when_loaded(
    tmp_path: Path, save_word: Callable[..., Path]
) -> None:
    empty = "./2069/4/192_whittier_86389.jpg 86389"
    damaged = "./2025/2/364_SNORTERS_72304.jpg 72304"
    annotate(tmp_path, "train", LUBE, empty, damaged, SALE)
    save_word(tmp_path / "2425/1/115_Lube_45484.jpg")
    for name in ("2069/4/192_whittier_86389.jpg", "2025/2/364_SNORTERS_72304.jpg"):
        (tmp_path / name).parent.mkdir(parents=True)
    whole = save_word(tmp_path / "whole.jpg", size=(300, 100)).read_bytes()
    (tmp_path / "2069/4/192_whittier_86389.jpg").touch()
    (tmp_path / "2025/2/364_SNORTERS_72304.jpg").write_bytes(whole[: len(whole) - 200])

    loaded = load_all(read_mjsynth(tmp_path, "train"), Charset(), lambda done: None)

    assert [word.name for word in loaded.words] == ["2425/1/115_Lube_45484.jpg"]
    assert list(loaded.skipped) == [
        "2069/4/192_whittier_86389.jpg",
        "2025/2/364_SNORTERS_72304.jpg",
        "2425/1/117_SALE_57393.jpg",
    ]


def test_reading_opens_no_image(tmp_path: Path) -> None:
    annotate(tmp_path, "train", LUBE)

    (sample,) = read_mjsynth(tmp_path, "train")

    with pytest.raises(DataError, match=r"115_Lube_45484\.jpg"):
        sample.load()


@pytest.mark.parametrize("image", ["./1/2/Lube.jpg", "./1_2/3_4/115_Lube.jpg", "./1/2/115__7.jpg"])
def test_a_name_without_a_text_is_an_error_with_file_and_line(tmp_path: Path, image: str) -> None:
    annotate(tmp_path, "train", LUBE, f"{image} 7")

    with pytest.raises(DataError, match=rf"annotation_train\.txt, line 2: .*{image}"):
        read_mjsynth(tmp_path, "train")


def test_a_folder_without_the_annotation_is_an_error_that_says_where_it_looked(
    tmp_path: Path,
) -> None:
    annotate(tmp_path, "train", LUBE)

    with pytest.raises(DataError, match=r"annotation_val\.txt.*mnt/ramdisk/max/90kDICT32px"):
        read_mjsynth(tmp_path, "val")


def test_an_unknown_part_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="validation"):
        read_mjsynth(tmp_path, "validation")
