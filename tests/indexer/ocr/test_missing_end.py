"""Files without their end: read if the picture is there, damaged if a part of it is missing."""

from __future__ import annotations

import io
import random
import zlib

import numpy as np
import pytest
from PIL import Image, ImageFile

from indexer.errors import PhotoError
from indexer.ocr.image import open_upright
from indexer.ocr.photo_file import Limits

NOISE = random.Random(3).randbytes(4000)
FILM = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom\0\0\x10\0mdat" + NOISE

VARIANTS = {
    "baseline": ("JPEG", "RGB", {}),
    "grey": ("JPEG", "L", {}),
    "CMYK": ("JPEG", "CMYK", {}),
    "sharp colour": ("JPEG", "RGB", {"subsampling": 0}),
    "restarts": ("JPEG", "RGB", {"restart_marker_rows": 1}),
    "progressive": ("JPEG", "RGB", {"progressive": True}),
    "two views": ("MPO", "RGB", {}),
    "PNG": ("PNG", "RGB", {}),
    "palette": ("PNG", "P", {}),
    "GIF": ("GIF", "P", {}),
    "BMP": ("BMP", "RGB", {}),
    "TIFF": ("TIFF", "RGB", {}),
}
JPEGS = [name for name, (kind, _, _) in VARIANTS.items() if kind in {"JPEG", "MPO"}]


def content_of(name):
    kind, mode, options = VARIANTS[name]
    levels = np.random.default_rng(1).integers(0, 255, (208, 160), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(levels).convert("RGB").convert(mode).save(out, kind, **options)
    return out.getvalue()


def pixels_of(tmp_path, content):
    (tmp_path / "a.jpg").write_bytes(content)
    return open_upright(tmp_path / "a.jpg", Limits()).pixels


@pytest.mark.parametrize("name", JPEGS)
@pytest.mark.parametrize(
    "end", [b"", b"\xff", bytes(3000), NOISE, FILM], ids=["none", "half", "zeros", "noise", "film"]
)
def test_a_jpeg_is_read_with_anything_in_place_of_its_end_marker(tmp_path, name, end):
    content = content_of(name)
    assert content.endswith(b"\xff\xd9")

    shown = pixels_of(tmp_path, content[:-2] + end)

    assert (shown[:-16] == pixels_of(tmp_path, content)[:-16]).all()
    assert not ImageFile.LOAD_TRUNCATED_IMAGES


@pytest.mark.parametrize("name", VARIANTS)
@pytest.mark.parametrize("end", [bytes(3000), NOISE, FILM], ids=["zeros", "noise", "film"])
def test_what_follows_a_photo_is_no_part_of_it(tmp_path, name, end):
    content = content_of(name)

    assert (pixels_of(tmp_path, content + end) == pixels_of(tmp_path, content)).all()


@pytest.mark.parametrize("name", ["palette", "PNG", "GIF", "BMP", "TIFF"])
def test_other_formats_are_read_without_their_last_bytes(tmp_path, name):
    content = content_of(name)
    lost = 12 if name in {"palette", "PNG"} else 3  # a PNG ends in a chunk without content

    shown, whole = pixels_of(tmp_path, content[:-lost]), pixels_of(tmp_path, content)

    assert (shown[1:-1] == whole[1:-1]).all()


@pytest.mark.parametrize("name", VARIANTS)
@pytest.mark.parametrize("share", [0.5, 0.9])
@pytest.mark.parametrize("filled", [False, True], ids=["short", "never written"])
def test_a_photo_that_is_cut_off_is_damaged(tmp_path, name, share, filled):
    if filled and name in {"BMP", "TIFF"}:
        pytest.skip("black is a picture, too")
    content = content_of(name)
    cut = content[: int(len(content) * share)]

    with pytest.raises(PhotoError, match="damaged or cut off"):
        pixels_of(tmp_path, cut + bytes(filled * (len(content) - len(cut))))


@pytest.mark.parametrize("name", JPEGS)
def test_half_a_jpeg_before_a_film_is_damaged(tmp_path, name):
    content = content_of(name)

    with pytest.raises(PhotoError, match="damaged or cut off"):
        pixels_of(tmp_path, content[: len(content) // 2] + FILM)


def test_an_interlaced_photo_that_is_cut_off_is_damaged(tmp_path):
    out = io.BytesIO()
    noise = np.random.default_rng(1).integers(0, 255, (208, 160), dtype=np.uint8)
    Image.fromarray(noise).save(out, "GIF", interlace=1)

    with pytest.raises(PhotoError, match="damaged or cut off"):
        pixels_of(tmp_path, out.getvalue()[: len(out.getvalue()) * 8 // 10])


@pytest.mark.parametrize("kind", [b"tEXt", b"gAMA", b"zzZz"])
def test_a_wrong_checksum_of_a_chunk_without_pixels_loses_no_photo(tmp_path, kind):
    content = content_of("PNG")
    body = kind + b"a\0bc"
    chunk = len(body[4:]).to_bytes(4, "big") + body + (zlib.crc32(body) ^ 1).to_bytes(4, "big")

    shown = pixels_of(tmp_path, content[:33] + chunk + content[33:])  # after the header

    assert (shown == pixels_of(tmp_path, content)).all()


def test_the_limit_of_pixels_holds_for_files_without_an_end(tmp_path):
    (tmp_path / "a.jpg").write_bytes(content_of("baseline")[:-2])

    with pytest.raises(PhotoError, match="max_megapixels"):
        open_upright(tmp_path / "a.jpg", Limits(pixels=100))
