from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from PIL import Image, ImageFont

from indexer.cli.draw import MAX_SIDE, annotate
from indexer.cli.labels import FONT, Label, beside, typed
from indexer.entities import Box
from indexer.errors import PhotoError, UsageError
from indexer.ocr.photo_file import Limits


def test_a_frame_stands_where_the_word_stands_even_when_scaled(tmp_path):
    Image.new("RGB", (2 * MAX_SIDE, 600), "white").save(tmp_path / "a.png")

    annotate(
        tmp_path / "a.png", [(Box(1000, 200, 1400, 400), "queue")], tmp_path / "out.png", Limits()
    )

    with Image.open(tmp_path / "out.png") as picture:
        assert picture.width > MAX_SIDE
        assert picture.height == 300
        red, green, _ = picture.getpixel((500, 150))
        inside = picture.getpixel((600, 150))
    assert red > 150 > green
    assert inside == (255, 255, 255)


@pytest.mark.parametrize("labelled", [beside, typed])
def test_labels_stand_beside_the_photo_and_hide_nothing_of_it(tmp_path, labelled):
    Image.effect_noise((300, 100), 60).convert("RGB").save(tmp_path / "a.png")
    box = Box(5, 0, 200, 60)

    annotate(tmp_path / "a.png", [(box, "")], tmp_path / "bare.png", Limits())
    annotate(tmp_path / "a.png", [(box, "queue")], tmp_path / "out.png", Limits(), labelled)

    with Image.open(tmp_path / "bare.png") as bare, Image.open(tmp_path / "out.png") as picture:
        assert bare.size == (300, 100)
        assert picture.crop((0, 0, 300, 100)).tobytes() == bare.tobytes()
        assert dark_rows(picture.crop((300, 0, *picture.size)))


def dark_rows(column):
    """Rows of pixels in which something is written."""
    return [y for y, row in enumerate(np.asarray(column.convert("L"))) if row.min() < 128]


def test_a_label_stands_at_the_height_of_its_word():
    labels = [Label(Box(0, 100, 40, 120), "high"), Label(Box(0, 300, 40, 320), "low")]

    column = beside(Image.new("RGB", (400, 400), "white"), labels).crop((400, 0, 440, 400))

    rows = dark_rows(column)
    assert all(95 <= row <= 125 or 295 <= row <= 325 for row in rows)
    assert min(rows) < 125
    assert max(rows) > 295


def test_words_of_one_height_are_one_row_from_left_to_right():
    labels = [Label(Box(200, 52, 260, 82), "right"), Label(Box(0, 50, 60, 80), "left")]
    blank = Image.new("RGB", (400, 200), "white")

    assert beside(blank, labels).tobytes() == beside(blank, labels[::-1]).tobytes()
    assert beside(blank, labels).width > beside(blank, labels[:1]).width
    assert max(dark_rows(beside(blank, labels).crop((400, 0, 450, 200)))) < 90


def test_labels_closer_than_letters_are_high_are_all_on_the_picture_one_below_another():
    labels = [Label(Box(0, 190 + n // 2, 40, 200 + n // 2), f"w{n}") for n in range(0, 80, 12)]

    picture = beside(Image.new("RGB", (200, 240), "white"), labels)

    column = dark_rows(picture.crop((200, 0, picture.width, 240)))
    breaks = sum(after - before > 1 for before, after in pairwise(column))
    assert breaks == len(labels) - 1
    assert max(column) < 239


def test_accents_and_other_alphabets_are_drawn():
    font = ImageFont.truetype(FONT, 20)
    missing = bytes(font.getmask("\ufffe"))

    for letter in "àéîöüßñçœŒøåłŁőűšžčřþðğıęα→€’“–…№":
        assert bytes(font.getmask(letter)) != missing, letter


def test_a_photo_beyond_the_limits_is_not_opened(tmp_path):
    Image.new("RGB", (30, 10), "white").save(tmp_path / "a.png")

    with pytest.raises(PhotoError, match="max_megapixels"):
        annotate(tmp_path / "a.png", [], tmp_path / "out.png", Limits(pixels=299))


def test_an_ending_that_is_no_image_format_is_a_clear_error(tmp_path):
    Image.new("RGB", (30, 10), "white").save(tmp_path / "a.png")

    with pytest.raises(UsageError, match=r"ends in \.jpg or \.png"):
        annotate(tmp_path / "a.png", [], tmp_path / "out.doc", Limits())
