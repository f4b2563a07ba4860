from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw, ImageOps

from recognizer.datasets import table
from recognizer.errors import DataError
from recognizer.inference import images
from recognizer.network.tensors import normalize, stack

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray


def ink_of(*crops: NDArray[np.uint8]) -> torch.Tensor:
    return normalize(*stack(crops))


def test_training_and_reading_give_the_same_tensor_for_the_same_crop(
    tmp_path: Path, draw: Callable[..., Image.Image]
) -> None:
    word = draw("Helios", size=61)
    word.save(tmp_path / "word.png")
    (tmp_path / "labels.tsv").write_text("word.png\tHelios\n", encoding="utf-8")

    learned = table.read_table(tmp_path / "labels.tsv")[0].load()
    read = images.load(tmp_path / "word.png")
    seen = images.fit(word)

    assert torch.equal(ink_of(learned), ink_of(read))
    assert torch.equal(ink_of(learned), ink_of(seen))


def test_a_word_is_scaled_to_the_height_of_the_network_and_widened_by_half() -> None:
    fitted = images.fit(Image.new("RGB", (300, 120)))

    assert fitted.shape == (images.HEIGHT, 180)
    assert fitted.dtype == np.uint8


@pytest.mark.parametrize(
    ("size", "width"), [((1, 400), images.MIN_WIDTH), ((4000, 20), images.MAX_WIDTH)]
)
def test_very_narrow_and_very_wide_words_keep_within_the_limits(
    size: tuple[int, int], width: int
) -> None:
    fitted = images.fit(Image.new("L", size))

    assert fitted.shape == (images.HEIGHT, width)


def test_a_batch_is_padded_with_the_last_column_of_each_word() -> None:
    ramp = np.tile(np.arange(20, dtype=np.uint8), (images.HEIGHT, 1))
    wide = np.full((images.HEIGHT, 33), 9, dtype=np.uint8)

    batch, widths = stack([ramp, wide])

    assert batch.shape == (2, 1, images.HEIGHT, 48)
    assert widths.tolist() == [20, 33]
    assert torch.equal(batch[0, 0, :, :20], torch.from_numpy(ramp))
    assert batch[0, 0, :, 20:].unique().tolist() == [19]


def test_a_width_that_is_a_step_already_gets_no_padding() -> None:
    batch, _ = stack([np.zeros((images.HEIGHT, 32), dtype=np.uint8)])

    assert batch.shape[3] == 32


def test_a_normalised_word_has_mean_zero_and_deviation_one_and_its_ink_is_positive(
    draw: Callable[..., Image.Image],
) -> None:
    crop = images.fit(draw("word", ink=90, ground=160))

    ink = ink_of(crop)[0, 0, :, : crop.shape[1]]

    assert ink.mean().abs() < 0.01
    assert ink.std() == pytest.approx(1, abs=0.01)
    assert ink[torch.from_numpy(crop < 100)].min() > 0


def test_chalk_on_a_blackboard_normalises_like_ink_on_paper(
    draw: Callable[..., Image.Image],
) -> None:
    paper = draw("chalk")

    on_paper = ink_of(images.fit(paper))
    on_board = ink_of(images.fit(ImageOps.invert(paper)))

    assert on_paper.max() > 2
    assert torch.allclose(on_paper, on_board, atol=0.02)  # scaling rounds up on both


def test_ink_that_covers_nearly_half_of_a_word_is_still_the_dark_part() -> None:
    crop = np.full((images.HEIGHT, 40), 230, dtype=np.uint8)
    crop[:, :18] = 20

    ink = ink_of(crop)[0, 0]

    assert ink[:, :18].min() > 0
    assert ink[:, 18:40].max() < 0


def test_a_faint_word_normalises_like_a_strong_one(draw: Callable[..., Image.Image]) -> None:
    strong = ink_of(images.fit(draw("same", ink=0, ground=250)))
    faint = ink_of(images.fit(draw("same", ink=150, ground=200)))

    assert torch.allclose(strong, faint, atol=0.1)


def test_noise_on_an_empty_crop_is_not_blown_up_to_full_contrast() -> None:
    noise = np.random.default_rng(0).integers(199, 202, (images.HEIGHT, 64)).astype(np.uint8)

    ink = ink_of(noise)

    assert ink.abs().max() < 0.5


def test_padding_does_not_change_the_normalised_pixels_of_a_word(
    crop: Callable[[str], NDArray[np.uint8]],
) -> None:
    short, long = crop("ab"), crop("a longer one")

    alone = ink_of(short)
    beside = ink_of(short, long)

    width = short.shape[1]
    assert torch.allclose(alone[0, :, :, :width], beside[0, :, :, :width], atol=1e-4)
    assert not beside[0, :, :, width:].any()


def test_a_file_that_is_no_image_is_named(tmp_path: Path) -> None:
    path = tmp_path / "notes.png"
    path.write_bytes(b"no image")

    with pytest.raises(DataError, match=r"notes\.png"):
        images.load(path)


def test_a_truncated_image_is_named(tmp_path: Path, draw: Callable[..., Image.Image]) -> None:
    path = tmp_path / "half.png"
    draw("half").save(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    with pytest.raises(DataError, match=r"half\.png"):
        images.load(path)


def test_a_missing_image_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"gone\.png"):
        images.load(tmp_path / "gone.png")


def test_ink_on_a_transparent_ground_is_ink_on_paper():
    clear = Image.new("RGBA", (96, 48), (0, 0, 0, 0))
    paper = Image.new("RGB", (96, 48), "white")
    for picture in (clear, paper):
        ImageDraw.Draw(picture).rectangle((30, 10, 60, 40), fill="black")

    assert np.array_equal(images.fit(clear), images.fit(paper))


def test_sixteen_bits_of_grey_are_as_dark_as_eight():
    grey = Image.linear_gradient("L").resize((96, 48))
    deep = Image.fromarray(np.asarray(grey).astype(np.uint16) << 8)

    assert np.array_equal(images.fit(deep), images.fit(grey))


@pytest.mark.parametrize(("orientation", "turn"), [(3, 180), (6, 90), (8, 270)])
def test_a_word_image_is_turned_as_its_exif_data_say(
    tmp_path: Path, draw: Callable[..., Image.Image], orientation: int, turn: int
) -> None:
    word = draw("kettle", size=61)
    exif = Image.Exif()
    exif[0x0112] = orientation
    word.save(tmp_path / "upright.png")
    word.rotate(turn, expand=True).save(tmp_path / "turned.png", exif=exif)

    upright, turned = images.load(tmp_path / "upright.png"), images.load(tmp_path / "turned.png")

    assert np.array_equal(upright, turned)


def test_a_heic_word_image_is_opened(tmp_path: Path, draw: Callable[..., Image.Image]) -> None:
    from pillow_heif import from_pillow

    from_pillow(draw("kettle", size=61).convert("RGB")).save(tmp_path / "a.heic")

    assert images.load(tmp_path / "a.heic").shape[0] == images.HEIGHT
