from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image, ImageChops

from recognizer.errors import DataError
from recognizer.evaluation import contact_sheet
from recognizer.evaluation.contact_sheet import MisreadWord
from recognizer.evaluation.evaluated_word import EvaluatedWord

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

BLANK = np.full((48, 144), 255, np.uint8)


def misread(
    truth: str = "cat",
    text: str = "cot",
    confidence: float = 0.5,
    crop: NDArray[np.uint8] = BLANK,
) -> MisreadWord:
    return MisreadWord(crop, EvaluatedWord(truth, text, confidence, (text,)))


def cell(drawn: Image.Image, place: int) -> Image.Image:
    row, column = divmod(place, contact_sheet.COLUMNS)
    left, top = (
        contact_sheet.MARGIN + column * contact_sheet.CELL_WIDTH,
        contact_sheet.TITLE_HEIGHT + row * contact_sheet.CELL_HEIGHT,
    )
    return drawn.crop((left, top, left + contact_sheet.CELL_WIDTH, top + contact_sheet.CELL_HEIGHT))


def ink(drawn: Image.Image) -> tuple[int, int, int, int] | None:
    """Box of what is not paper."""
    return ImageChops.invert(drawn.convert("L")).getbbox()


def differ(one: Image.Image, other: Image.Image) -> bool:
    return ImageChops.difference(one, other).getbbox() is not None


def test_the_sheet_grows_by_a_row_for_every_five_words() -> None:
    heights = [contact_sheet.draw([misread()] * count, "").height for count in (0, 1, 5, 6, 50)]

    rows = [(height - heights[0]) / contact_sheet.CELL_HEIGHT for height in heights]
    assert rows == [0, 1, 1, 2, 10]


def test_every_word_has_its_own_cell() -> None:
    drawn = contact_sheet.draw([misread()] * 7, "")

    assert all(ink(cell(drawn, place)) for place in range(7))
    assert ink(cell(drawn, 7)) is None


@pytest.mark.parametrize("change", [{"truth": "cut"}, {"text": "cut"}, {"confidence": 0.6}])
def test_truth_reading_and_confidence_can_be_seen(change: dict[str, object]) -> None:
    assert differ(contact_sheet.draw([misread()], ""), contact_sheet.draw([misread(**change)], ""))


def test_the_crop_of_the_word_is_visible(crop: Callable[[str], NDArray[np.uint8]]) -> None:
    shown = cell(contact_sheet.draw([misread(crop=crop("cat"))], ""), 0)
    blank = cell(contact_sheet.draw([misread()], ""), 0)

    box = ImageChops.difference(shown, blank).getbbox()

    assert box is not None
    assert box[3] <= contact_sheet.MARGIN + contact_sheet.CROP_HEIGHT


@pytest.mark.parametrize("width", [24, 144, 640])
def test_pictures_of_any_width_keep_their_shape_and_fit(width: int) -> None:
    black = np.zeros((48, width), np.uint8)

    shown = cell(contact_sheet.draw([misread(crop=black)], ""), 0)
    picture = shown.crop(
        (0, 0, contact_sheet.CELL_WIDTH, contact_sheet.MARGIN + contact_sheet.CROP_HEIGHT)
    )

    left, top, right, bottom = ink(picture)
    natural = width / 1.5 / 48
    assert (right - left) / (bottom - top) == pytest.approx(natural, rel=0.05)
    assert right - left <= contact_sheet.CROP_WIDTH
    assert bottom - top <= contact_sheet.CROP_HEIGHT


def test_labels_of_long_words_stay_in_their_cell() -> None:
    drawn = contact_sheet.draw([misread("W" * 60, "M" * 60, 1.0)], "")

    _, _, right, bottom = ink(cell(drawn, 0))
    assert right <= contact_sheet.CELL_WIDTH - contact_sheet.MARGIN
    assert bottom < contact_sheet.CELL_HEIGHT
    assert ink(cell(drawn, 1)) is None


def test_a_word_in_which_nothing_was_read_is_labelled_too() -> None:
    labelled = contact_sheet.draw([misread(text="(nothing)")], "")

    assert not differ(contact_sheet.draw([misread(text="")], ""), labelled)


def test_the_title_stands_above_the_words() -> None:
    assert differ(contact_sheet.draw([], "the worst"), contact_sheet.draw([], ""))


@pytest.mark.parametrize(("name", "kind"), [("worst.png", "PNG"), ("worst.jpg", "JPEG")])
def test_a_sheet_is_written_as_the_picture_its_name_says(
    tmp_path: Path, name: str, kind: str
) -> None:
    contact_sheet.write(tmp_path / name, [misread()], "the worst")

    with Image.open(tmp_path / name) as written:
        assert written.format == kind


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("gone/worst.png", r"cannot write \(No such file or directory\); choose another place"),
        ("worst.txt", "not the name of an image file; use one that ends"),
        ("worst", "not the name of an image file; use one that ends"),
    ],
)
def test_a_picture_that_cannot_be_written_is_named(tmp_path: Path, name: str, advice: str) -> None:
    with pytest.raises(DataError, match=rf"worst\S*: {advice}"):
        contact_sheet.write(tmp_path / name, [misread()], "the worst")
