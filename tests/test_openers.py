"""Photos, word images and training pages are opened alike, by three packages that share no code."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from detector_stub.training.pages import Page
from indexer.ocr.image import open_upright
from indexer.ocr.photo_file import Limits
from recognizer.inference import images

WIDTH = 64
"""Pixels of a picture with two flat fields, one beside the other."""

WHITE, BLACK = (255, 255, 255), (0, 0, 0)


def fields(mode, left, right, palette=None):
    """A picture of two flat fields, as high as a network input, so that only columns are resized."""
    picture = Image.new(mode, (WIDTH, images.HEIGHT), left)
    if palette is not None:
        picture.putpalette(palette)
    picture.paste(right, (WIDTH // 2, 0, WIDTH, images.HEIGHT))
    return picture


def sixteen_bits(kind, left, right):
    levels = np.full((images.HEIGHT, WIDTH), left, f"{kind}u2")
    levels[:, WIDTH // 2 :] = right
    return Image.fromarray(levels)


PICTURES = {
    "L": (fields("L", 40, 200), ".png", (40,) * 3, (200,) * 3),
    "LA": (fields("LA", (0, 255), (0, 0)), ".png", BLACK, WHITE),
    "P": (fields("P", 0, 1, [200, 30, 60, 0, 0, 0]), ".png", (200, 30, 60), WHITE),
    "RGBA": (fields("RGBA", (10, 20, 90, 255), (0, 0, 0, 0)), ".png", (10, 20, 90), WHITE),
    "I;16": (sixteen_bits("<", 0x2310, 0x9C40), ".png", (0x23,) * 3, (0x9C,) * 3),
    "I;16B": (sixteen_bits(">", 0x2310, 0x9C40), ".tif", (0x23,) * 3, (0x9C,) * 3),
    "CMYK": (fields("CMYK", (0, 255, 255, 0), (0, 0, 0, 55)), ".tif", (255, 0, 0), (200,) * 3),
    "1": (fields("1", 0, 1), ".png", BLACK, WHITE),
}
"""By mode: a picture, the ending of its file, and the colours of its fields on white paper."""


@pytest.fixture(params=sorted(PICTURES))
def opened(request, tmp_path):
    """A file, which is checked to keep the mode, and the colours that it should show."""
    picture, ending, left, right = PICTURES[request.param]
    path = tmp_path / f"picture{ending}"
    picture.save(path, **({"transparency": 1} if request.param == "P" else {}))
    with Image.open(path) as written:
        assert written.mode == request.param
    return path, np.asarray([left, right], np.uint8)


def middles(pixels):
    """Pixels in the middle of each field."""
    columns = pixels.shape[1]
    return pixels[images.HEIGHT // 2, [columns // 4, 3 * columns // 4]]


def as_page(path):
    none = np.empty((0, 4))
    return Page(path, (WIDTH, images.HEIGHT), none.reshape(0, 4, 2), none[:, 0] > 0, none).photo()


def test_the_index_shows_the_colours_on_white_paper(opened):
    path, colours = opened

    assert (middles(open_upright(path, Limits()).pixels) == colours).all()


def test_the_training_of_the_detector_opens_a_page_as_the_index_opens_a_photo(opened):
    path, _ = opened

    assert (as_page(path) == open_upright(path, Limits()).pixels).all()


def test_the_recogniser_opens_a_word_as_the_index_opens_a_photo(opened):
    path, _ = opened
    photo = Image.fromarray(open_upright(path, Limits()).pixels)

    assert (middles(images.load(path)) == middles(np.asarray(photo.convert("L")))).all()
    assert (images.load(path) == images.fit(photo)).all()
