"""Word images beyond the limits are refused by name, whatever names them; all others are opened."""

from __future__ import annotations

import io
import warnings
import zipfile
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from recognizer.datasets import specs
from recognizer.errors import DataError
from recognizer.inference import images, picture_file
from recognizer.inference.limits import GIVEN, Limits

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from recognizer.datasets.samples import Sample

SIDE = 60
"""Pixels of a side of the image of each data set."""


@pytest.fixture(params=["labels", "zip", "folder", "mjsynth", "iam"])
def data(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A data set of one word, in each of the forms."""
    image = io.BytesIO()
    Image.effect_noise((SIDE, SIDE), 90).save(image, "PNG")
    table = "a.png\tword\n"
    match request.param:
        case "zip":
            with zipfile.ZipFile(tmp_path / "words.zip", "w") as archive:
                archive.writestr("labels.tsv", table)
                archive.writestr("a.png", image.getvalue())
            return str(tmp_path / "words.zip")
        case "iam":
            name = "words/a01/a01-000u/a01-000u-00-00.png"
            row = "a01-000u-00-00 ok 154 1 1 9 9 AT word\n"
            for list_of_words in ("words.txt",):
                (tmp_path / list_of_words).write_text(row, encoding="utf-8")
            (tmp_path / "forms.txt").write_text("a01-000u 000 2\n", encoding="utf-8")
            (tmp_path / "trainset.txt").write_text("a01-000u-00\n", encoding="utf-8")
        case "mjsynth":
            name = "1/1_word_1.jpg"
            (tmp_path / "annotation_train.txt").write_text(f"{name} 1\n", encoding="utf-8")
        case "folder":
            name = "_word_1.png"
        case _:
            name = "a.png"
            (tmp_path / "labels.tsv").write_text(table, encoding="utf-8")
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_bytes(image.getvalue())
    return str(tmp_path) if request.param == "labels" else f"{request.param}:{tmp_path}"


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        (Limits(pixels=SIDE * SIDE - 1), f"{SIDE}×{SIDE} pixels are more than max_megapixels = "),
        (Limits(bytes=100), "larger than max_megabytes = 0.0001"),
    ],
)
def test_an_image_beyond_the_limits_is_refused_with_the_key(
    data: str, limits: Limits, said: str
) -> None:
    [sample] = _samples(data, limits)

    with pytest.raises(DataError) as refused:
        sample.load()

    assert f"{said}" in str(refused.value)
    assert any(str(refused.value).partition(": ")[0].endswith(end) for end in (".png", ".jpg"))


def test_an_image_within_raised_limits_is_opened(
    data: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", SIDE)
    [sample] = _samples(data, Limits(pixels=SIDE * SIDE))

    with warnings.catch_warnings(action="error"):
        assert sample.load().shape[0] == images.HEIGHT

    assert Image.MAX_IMAGE_PIXELS == SIDE


def test_the_limit_of_pillow_is_lifted_until_the_last_one_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", SIDE)
    Image.new("L", (SIDE, SIDE)).save(tmp_path / "a.png")

    first = picture_file.opened(tmp_path / "a.png", Limits())
    with first:
        with picture_file.opened(tmp_path / "a.png", Limits()):
            pass
        assert Image.MAX_IMAGE_PIXELS is None

    assert Image.MAX_IMAGE_PIXELS == SIDE


class Settings:
    """Settings of a program around the commands."""

    max_megapixels = 2.0
    max_megabytes = 3.0


def test_the_limits_of_the_program_around_the_commands_count() -> None:
    assert Limits.given({GIVEN: Settings}) == Limits(pixels=2e6, bytes=3e6)
    assert Limits.given({}) == Limits()


def _samples(data: str, limits: Limits) -> Sequence[Sample]:
    return specs.samples(data, limits)
