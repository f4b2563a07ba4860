"""Photos, word images and training pages are opened alike, by three packages that share no code."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from PIL import Image

from detector_stub.training.pages import Page, PageError
from indexer.errors import PhotoError
from indexer.ocr.image import open_upright
from indexer.ocr.photo_file import Limits
from recognizer.errors import DataError
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


def stroke(mode, *inks):
    """A picture of nothing but lines of `inks` at its left end."""
    picture = Image.new(mode, (WIDTH, images.HEIGHT))
    for column, ink in enumerate(inks):
        picture.paste(ink, (column, 0, column + 1, images.HEIGHT))
    return picture


def sixteen_bits(kind, left, right):
    levels = np.full((images.HEIGHT, WIDTH), left, f"{kind}u2")
    levels[:, WIDTH // 2 :] = right
    return Image.fromarray(levels)


def levels(kind, left, right, spot=None):
    """A picture of levels of any type, the colours of whose ends are the same in each column."""
    grey = np.full((images.HEIGHT, WIDTH), left, kind)
    grey[:, WIDTH // 2 :] = right
    if spot is not None:
        grey[0, 0] = spot
    return Image.fromarray(grey)


PICTURES = {
    "L": (fields("L", 40, 200), ".png", (40,) * 3, (200,) * 3),
    "LA": (fields("LA", (0, 255), (0, 0)), ".png", BLACK, WHITE),
    "P": (fields("P", 0, 1, [200, 30, 60, 0, 0, 0]), ".png", (200, 30, 60), WHITE),
    "RGBA": (fields("RGBA", (10, 20, 90, 255), (0, 0, 0, 0)), ".png", (10, 20, 90), WHITE),
    "I;16": (sixteen_bits("<", 0x2310, 0x9C40), ".png", (0x23,) * 3, (0x9C,) * 3),
    "I;16B": (sixteen_bits(">", 0x2310, 0x9C40), ".tif", (0x23,) * 3, (0x9C,) * 3),
    "CMYK": (fields("CMYK", (0, 255, 255, 0), (0, 0, 0, 55)), ".tif", (255, 0, 0), (200,) * 3),
    "RGB, odd EXIF": (fields("RGB", BLACK, WHITE), ".png", WHITE, BLACK),
    "LAB": (fields("LAB", (0, 128, 128), (255, 128, 128)), ".tif", BLACK, WHITE),
    "LA, nothing": (fields("LA", (0, 0), (0, 0)), ".png", WHITE, WHITE),
    "RGBA, light ink": (stroke("RGBA", (255, 250, 255, 255)), ".png", BLACK, BLACK),
    "LA, white ink": (stroke("LA", (255, 255)), ".png", BLACK, BLACK),
    "RGBA, dark ink": (stroke("RGBA", (50, 0, 40, 255)), ".png", WHITE, WHITE),
    "L, soft white ink": (stroke("L", 60, 255, 255, 60, 120), ".png", BLACK, BLACK),
    "RGB, soft white ink": (stroke("RGB", (255,) * 3, (9, 9, 9)), ".png", BLACK, BLACK),
    "1, white ink": (stroke("1", 1), ".png", BLACK, BLACK),
    "L, dark ink": (stroke("L", 40, 60, 100), ".png", WHITE, WHITE),
    "RGBA, two inks": (stroke("RGBA", (255, 255, 255, 255), (0, 0, 0, 255)), ".png", WHITE, WHITE),
    "I;16, 12 bits": (levels("<u2", 0x0100, 0x0F00), ".png", (16,) * 3, (240,) * 3),
    "I;16, 8 bits": (levels("<u2", 10, 250), ".tif", (10,) * 3, (250,) * 3),
    "I, 32 bits": (levels("<i4", 0x01000000, 0x78000000), ".tif", (2,) * 3, (240,) * 3),
    "I, negative": (levels("<i4", -128, 64), ".tif", BLACK, (192,) * 3),
    "F, to 1": (levels("<f4", 0.25, 1), ".tif", (64,) * 3, WHITE),
    "F, to 255": (levels("<f4", 10, 250), ".tif", (10,) * 3, (250,) * 3),
    "F, not a number": (levels("<f4", np.nan, 0.5), ".tif", WHITE, WHITE),
    "F, infinite": (levels("<f4", 0.25, 1, np.inf), ".tif", (64,) * 3, WHITE),
    "F, flat": (levels("<f4", 0, 0), ".tif", BLACK, BLACK),
    "1": (fields("1", 0, 1), ".png", BLACK, WHITE),
}
"""By mode and case: a picture, the ending of its file, and the colours of its fields on white paper."""


ODD_EXIF = struct.pack(
    "<6s2sHIHHHIIHHIIIII",
    *(b"Exif\0\0", b"II", 42, 8, 2),
    *(0x0110, 5, 1, 38, 0x0112, 3, 1, 3),  # the model is a fraction, the orientation upside down
    *(0, 5, 2),
)
"""EXIF data whose tags cannot be written anew."""

OPTIONS = {
    "P": {"transparency": 1},
    "RGB, odd EXIF": {"exif": ODD_EXIF},
    "L, soft white ink": {"transparency": 0},
    "RGB, soft white ink": {"transparency": (0, 0, 0)},
    "1, white ink": {"transparency": 0},
    "L, dark ink": {"transparency": 0},
}
"""By mode and case: how the picture is saved."""


@pytest.fixture(params=sorted(PICTURES))
def opened(request, tmp_path):
    """A file, which is checked to keep the mode, and the colours that it should show."""
    picture, ending, left, right = PICTURES[request.param]
    path = tmp_path / f"picture{ending}"
    picture.save(path, **OPTIONS.get(request.param, {}))
    with Image.open(path) as written:
        assert written.mode == request.param.split(",")[0]
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

    shown = middles(open_upright(path, Limits()).pixels).astype(int)
    assert np.abs(shown - colours).max() <= 1  # Lab colours are rounded twice


def test_the_training_of_the_detector_opens_a_page_as_the_index_opens_a_photo(opened):
    path, _ = opened

    assert (as_page(path) == open_upright(path, Limits()).pixels).all()


def test_the_recogniser_opens_a_word_as_the_index_opens_a_photo(opened):
    path, _ = opened
    photo = Image.fromarray(open_upright(path, Limits()).pixels)

    assert (middles(images.load(path)) == middles(np.asarray(photo.convert("L")))).all()
    assert (images.load(path) == images.fit(photo)).all()


@pytest.mark.parametrize("fault", [RuntimeError, EOFError, MemoryError, ZeroDivisionError])
def test_whatever_a_decoder_raises_names_the_file(tmp_path, monkeypatch, fault):
    picture = tmp_path / "odd.png"
    fields("RGB", WHITE, BLACK).save(picture)
    nothing = np.empty(0)

    def fail(*_, **__):
        raise fault

    monkeypatch.setattr(Image, "open", fail)

    with pytest.raises(DataError, match=r"odd\.png"):
        images.load(picture)
    with pytest.raises(PageError, match=r"odd\.png"):
        Page(picture, (WIDTH, images.HEIGHT), nothing, nothing, nothing).photo()
    with pytest.raises(PhotoError):
        open_upright(picture, Limits())
