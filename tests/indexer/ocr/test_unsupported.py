from __future__ import annotations

import struct

import pytest
from PIL import Image

from indexer.errors import PhotoError
from indexer.ocr.image import open_upright
from indexer.ocr.photo_file import Limits

BITS, COMPRESSION, CHANNELS, NUMBERS = 258, 259, 277, 339


def changed(folder, changes, mode="F"):
    """A TIFF file whose tags, each a single number, say something else than its pixels."""
    path = folder / "scan.tif"
    Image.new(mode, (60, 40)).save(path)
    content = path.read_bytes()
    for tag, value in changes.items():
        at = content.index(struct.pack("<HHI", tag, 3, 1))
        content = content[: at + 8] + struct.pack("<HH", value, 0) + content[at + 12 :]
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({BITS: 64}, "64-bit floating-point numbers in 1 channel"),
        ({BITS: 16}, "16-bit floating-point numbers in 1 channel"),
        ({BITS: 64, NUMBERS: 2}, "64-bit whole numbers with a sign in 1 channel"),
        ({BITS: 64, NUMBERS: 6}, "64-bit numbers of another kind in 1 channel"),
        ({CHANNELS: 9}, "8-bit whole numbers in 9 channels"),
        ({CHANNELS: 2}, "8-bit whole numbers in 2 channels"),
        ({COMPRESSION: 34887}, "compression 34887"),
        ({COMPRESSION: 99}, "compression 99"),
    ],
)
def test_a_whole_tiff_that_is_not_decoded_is_told_by_what_it_holds(tmp_path, changes, told):
    with pytest.raises(PhotoError) as error:
        open_upright(changed(tmp_path, changes, "RGB" if CHANNELS in changes else "F"), Limits())

    assert str(error.value) == (
        f"a TIFF of {told}, which is not supported; "
        "save it as RGB or grey with 8 bits a channel, in a usual form"
    )


def test_one_that_is_cut_off_is_damaged(tmp_path):
    path = changed(tmp_path, {BITS: 64})
    content = path.read_bytes()
    at = content.index(struct.pack("<HHI", 279, 4, 1)) + 8
    path.write_bytes(content[:at] + struct.pack("<I", 10**6) + content[at + 4 :])

    with pytest.raises(PhotoError, match="damaged or cut off"):
        open_upright(path, Limits())


def test_one_of_the_usual_pixels_that_is_not_recognised_is_damaged(tmp_path):
    path = changed(tmp_path, {262: 777}, mode="L")

    with pytest.raises(PhotoError, match="damaged or cut off"):
        open_upright(path, Limits())


@pytest.mark.parametrize("mode", ["F", "I", "I;16", "L", "1"])
def test_grey_of_any_depth_that_pillow_knows_is_read(tmp_path, mode):
    assert open_upright(changed(tmp_path, {}, mode=mode), Limits()).pixels.shape == (40, 60, 3)


@pytest.mark.parametrize(
    ("frame", "told"),
    [
        (b"\xff\xc0\x00\x11\x0c", "a JPEG of 12 bits a channel"),
        (b"\xff\xc1\x00\x11\x0c", "a JPEG of 12 bits a channel"),
        (b"\xff\xc3\x00\x11\x08", "a JPEG coded without loss"),
        (b"\xff\xc3\x00\x11\x10", "a JPEG coded without loss"),
        (b"\xff\xc5\x00\x11\x08", "a JPEG coded in levels"),
    ],
)
def test_a_jpeg_that_is_not_decoded_is_told_by_what_it_holds(tmp_path, frame, told):
    path = tmp_path / "scan.jpg"
    Image.new("RGB", (60, 40)).save(path)
    path.write_bytes(path.read_bytes().replace(b"\xff\xc0\x00\x11\x08", frame))

    with pytest.raises(PhotoError) as error:
        open_upright(path, Limits())

    assert str(error.value).startswith(f"{told}, which is not supported; save it as RGB or grey")


@pytest.mark.parametrize("brand", [b"isom", b"mp42", b"qt  ", b"M4V ", b"crx "])
def test_a_film_that_is_called_a_photo_is_no_image(tmp_path, brand):
    path = tmp_path / "film.heic"
    path.write_bytes(b"\0\0\0\x14ftyp" + brand + b"\0\0\0\0" + brand + bytes(1000))

    with pytest.raises(PhotoError, match="not an image, or of a format that is not supported"):
        open_upright(path, Limits())


@pytest.mark.parametrize("brand", [b"heic", b"mif1", b"avif", b"msf1"])
def test_a_picture_of_which_nothing_but_the_beginning_is_there_is_cut_off(tmp_path, brand):
    path = tmp_path / "photo.heic"
    path.write_bytes(b"\0\0\0\x18ftyp" + brand + b"\0\0\0\0" + brand + b"mif1")

    with pytest.raises(PhotoError, match="damaged or cut off"):
        open_upright(path, Limits())
