from __future__ import annotations

import pytest
from PIL import Image

from indexer.cli.draw import MAX_SIDE, annotate
from indexer.entities import Box
from indexer.errors import PhotoError, UsageError
from indexer.ocr.photo_file import Limits


def test_a_frame_stands_where_the_word_stands_even_when_scaled(tmp_path):
    Image.new("RGB", (2 * MAX_SIDE, 600), "white").save(tmp_path / "a.png")

    annotate(
        tmp_path / "a.png", [(Box(1000, 200, 1400, 400), "queue")], tmp_path / "out.png", Limits()
    )

    with Image.open(tmp_path / "out.png") as picture:
        assert picture.size == (MAX_SIDE, 300)
        red, green, _ = picture.getpixel((500, 150))
        inside = picture.getpixel((600, 150))
    assert red > 150 > green
    assert inside == (255, 255, 255)


def test_a_label_at_the_upper_edge_stays_on_the_picture(tmp_path):
    Image.new("RGB", (300, 100), "white").save(tmp_path / "a.png")

    annotate(tmp_path / "a.png", [(Box(5, 0, 200, 60), "queue")], tmp_path / "out.png", Limits())

    with Image.open(tmp_path / "out.png") as picture:
        inside = picture.crop((8, 4, 60, 20))
        colours = {colour for _, colour in inside.getcolors(maxcolors=10_000)}
    assert (220, 20, 60) in colours


def test_a_photo_beyond_the_limits_is_not_opened(tmp_path):
    Image.new("RGB", (30, 10), "white").save(tmp_path / "a.png")

    with pytest.raises(PhotoError, match="max_megapixels"):
        annotate(tmp_path / "a.png", [], tmp_path / "out.png", Limits(pixels=299))


def test_an_ending_that_is_no_image_format_is_a_clear_error(tmp_path):
    Image.new("RGB", (30, 10), "white").save(tmp_path / "a.png")

    with pytest.raises(UsageError, match=r"ends in \.jpg or \.png"):
        annotate(tmp_path / "a.png", [], tmp_path / "out.doc", Limits())
