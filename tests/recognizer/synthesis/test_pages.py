from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from recognizer.synthesis import pages

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

NAME = "013-sprint-planning"

BOARD, PAPER = 1, 0
"""Seeds whose first draw decides for the one or the other ground."""


def write(out: Path, fonts: list[Path], seed: int) -> Path:
    pages.write_page(out, 13, fonts, np.random.default_rng(seed))
    return out


@pytest.fixture(scope="module", params=[BOARD, PAPER], ids=["board", "paper"])
def seed(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, font_folder: Path, seed: int) -> Path:
    """A folder, not there before, with page 13."""
    return write(tmp_path_factory.mktemp("pages") / "new", [font_folder / "Pillow.ttf"], seed)


@pytest.fixture(scope="module")
def truth(folder: Path) -> Any:
    return json.loads((folder / f"{NAME}.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def pixels(folder: Path) -> NDArray[np.uint8]:
    with Image.open(folder / f"{NAME}.jpg") as image:
        return np.asarray(image.convert("L"))


@pytest.mark.thorough
def test_a_page_is_a_photo_and_its_truth_named_after_number_and_topic(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == {f"{NAME}.jpg", f"{NAME}.json"}


def test_the_truth_names_the_photo_and_its_size(truth: Any, pixels: NDArray[np.uint8]) -> None:
    assert truth["photo"] == f"{NAME}.jpg"
    assert (truth["height"], truth["width"]) == pixels.shape == (1200, 1600)


def test_the_words_are_those_of_the_topic_in_reading_order(truth: Any) -> None:
    title, lines = pages.TOPICS[13 % len(pages.TOPICS)]

    assert [word["text"] for word in truth["words"]] == " ".join([title, *lines]).split()


def test_every_box_lies_on_the_photo(truth: Any) -> None:
    for word in truth["words"]:
        left, top, right, bottom = word["box"]
        assert 0 <= left < right <= 1600
        assert 0 <= top < bottom <= 1200


def test_every_box_holds_ink(truth: Any, pixels: NDArray[np.uint8]) -> None:
    for word in truth["words"]:
        left, top, right, bottom = word["box"]
        inside = pixels[top:bottom, left:right]
        assert np.median(inside) - np.percentile(inside, 2) > 40, word["text"]


def test_ink_ends_where_the_boxes_end(truth: Any, pixels: NDArray[np.uint8]) -> None:
    for word in truth["words"]:
        left, top, right, bottom = word["box"]
        gap = pixels[top + 8 : bottom - 8, left - 8 : left - 4]
        inside = pixels[top:bottom, left:right]
        assert gap.min() > np.percentile(inside, 2) + 30, word["text"]


def test_words_of_a_line_stand_side_by_side(truth: Any) -> None:
    first, second = (word["box"] for word in truth["words"][:2])

    assert first[2] < second[0]
    assert abs(first[1] - second[1]) < 30


@pytest.mark.thorough
def test_the_same_seed_draws_the_same_page(
    tmp_path: Path, fonts: list[Path], folder: Path, seed: int
) -> None:
    write(tmp_path, fonts, seed)

    for name in (f"{NAME}.jpg", f"{NAME}.json"):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()
