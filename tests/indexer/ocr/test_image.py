from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from indexer.errors import PhotoError
from indexer.ocr.image import open_upright
from indexer.ocr.photo_file import Limits

pytestmark = pytest.mark.thorough

CORNERS = {"red": (200, 0, 0), "green": (0, 200, 0), "blue": (0, 0, 200), "grey": (90, 90, 90)}


def corner_picture():
    """80×40 pixels with a colour in each corner: red green / blue grey."""
    pixels = np.zeros((40, 80, 3), dtype=np.uint8)
    pixels[:20, :40], pixels[:20, 40:] = CORNERS["red"], CORNERS["green"]
    pixels[20:, :40], pixels[20:, 40:] = CORNERS["blue"], CORNERS["grey"]
    return Image.fromarray(pixels)


def corners_of(pixels):
    """Names of the colours at top left, top right, bottom left, bottom right."""
    spots = (pixels[5, 5], pixels[5, -5], pixels[-5, 5], pixels[-5, -5])
    return tuple(
        min(CORNERS, key=lambda name: int(np.abs(spot.astype(int) - CORNERS[name]).sum()))
        for spot in spots
    )


STORED = {  # how a camera stores the same upright picture for each EXIF orientation
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@pytest.mark.parametrize("orientation", STORED)
def test_every_exif_orientation_comes_out_upright(tmp_path, orientation):
    picture = corner_picture()
    if STORED[orientation] is not None:
        picture = picture.transpose(STORED[orientation])
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture.save(tmp_path / "a.jpg", exif=exif, quality=95)

    upright = open_upright(tmp_path / "a.jpg", Limits()).pixels

    assert upright.shape == (40, 80, 3)
    assert corners_of(upright) == ("red", "green", "blue", "grey")


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tiff", "heic"])
def test_every_format_that_phones_write_is_opened(tmp_path, suffix):
    from pillow_heif import register_heif_opener

    register_heif_opener()
    corner_picture().save(tmp_path / f"a.{suffix}")

    upright = open_upright(tmp_path / f"a.{suffix}", Limits()).pixels

    assert corners_of(upright) == ("red", "green", "blue", "grey")


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_ink_on_a_transparent_ground_is_ink_on_paper(tmp_path, mode):
    picture = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    picture.putpixel((2, 3), (0, 0, 0, 255))
    picture.convert(mode).save(tmp_path / "a.png")

    pixels = open_upright(tmp_path / "a.png", Limits()).pixels

    assert pixels[3, 2].tolist() == [0, 0, 0]
    assert pixels[0, 0].tolist() == [255, 255, 255]


@pytest.mark.parametrize("suffix", ["png", "tiff"])
def test_a_scan_of_16_bits_keeps_its_shades(tmp_path, suffix):
    shades = np.arange(0, 2**16, 2**12, dtype=np.uint16).reshape(4, 4)
    Image.fromarray(shades).save(tmp_path / f"a.{suffix}")

    pixels = open_upright(tmp_path / f"a.{suffix}", Limits()).pixels

    assert pixels[..., 1].ravel().tolist() == list(range(0, 256, 16))


def test_a_file_that_is_no_image_says_so(tmp_path):
    (tmp_path / "a.jpg").write_text("hello")

    with pytest.raises(PhotoError, match="not an image"):
        open_upright(tmp_path / "a.jpg", Limits())


def test_a_truncated_photo_says_so(tmp_path):
    noise = np.random.default_rng(0).integers(0, 255, (200, 200, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "a.jpg")
    content = (tmp_path / "a.jpg").read_bytes()
    (tmp_path / "a.jpg").write_bytes(content[: len(content) // 2])

    with pytest.raises(PhotoError, match="damaged or cut off"):
        open_upright(tmp_path / "a.jpg", Limits())


def test_a_decompression_bomb_is_refused_before_it_is_decoded(tmp_path):
    Image.new("1", (30_000, 30_000)).save(tmp_path / "bomb.png")

    with pytest.raises(PhotoError, match="pixels"):
        open_upright(tmp_path / "bomb.png", Limits())


def test_a_photo_beyond_the_configured_pixels_names_the_key(tmp_path):
    corner_picture().save(tmp_path / "a.png")

    with pytest.raises(PhotoError, match="max_megapixels"):
        open_upright(tmp_path / "a.png", Limits(pixels=100))


@pytest.mark.parametrize(
    ("tag", "value"), [(0x0100, 1.5), (0x011A, "72"), (0x0110, 2.5), (0x0131, 7)]
)
def test_an_odd_tag_beside_the_orientation_loses_neither_photo_nor_turn(
    tmp_path, monkeypatch, tag, value
):
    exif = Image.Exif()
    exif[0x0112] = 6
    corner_picture().transpose(STORED[6]).save(tmp_path / "a.jpg", exif=exif, quality=95)
    whole = Image.Image.getexif

    def odd(image):
        found = whole(image)
        found[tag] = value
        found.tobytes = lambda *_: 1 / 0  # nothing is written, so nothing can fail there
        return found

    monkeypatch.setattr(Image.Image, "getexif", odd)

    assert corners_of(open_upright(tmp_path / "a.jpg", Limits()).pixels)[0] == "red"


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_orientation_that_does_not_exist_turns_nothing(tmp_path, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    corner_picture().save(tmp_path / "a.jpg", exif=exif, quality=95)

    assert open_upright(tmp_path / "a.jpg", Limits()).pixels.shape == (40, 80, 3)


def test_the_limit_that_a_user_sets_stands_in_for_that_of_pillow(tmp_path, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    corner_picture().save(tmp_path / "a.png")

    assert open_upright(tmp_path / "a.png", Limits()).pixels.shape == (40, 80, 3)
    assert Image.MAX_IMAGE_PIXELS == 100
