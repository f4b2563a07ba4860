"""Files that say how long they are, without their end: read if hardly anything is missing."""

from __future__ import annotations

import io
from functools import cache

import numpy as np
import pytest
from PIL import Image, ImageFilter

from indexer.errors import PhotoError
from indexer.ocr import image
from indexer.ocr.image import open_upright
from indexer.ocr.photo_file import Limits

VARIANTS = {
    "WebP": ("WEBP", "RGB", {}),
    "WebP without loss": ("WEBP", "RGB", {"lossless": True}),
    "WebP with transparency": ("WEBP", "RGBA", {}),
    "HEIC": ("HEIF", "RGB", {}),
    "AVIF": ("AVIF", "RGB", {"quality": 60}),
    "JPEG 2000": ("JPEG2000", "RGB", {}),
    "JPEG 2000 with loss": ("JPEG2000", "RGB", {"irreversible": True}),
    "JPEG 2000 in tiles": ("JPEG2000", "RGB", {"tile_size": (128, 128)}),
}


@cache
def content_of(name):
    kind, mode, options = VARIANTS[name]
    levels = np.random.default_rng(1).integers(0, 255, (600, 480), dtype=np.uint8)
    photo = Image.fromarray(levels).filter(ImageFilter.GaussianBlur(1)).convert("RGB").convert(mode)
    out = io.BytesIO()
    photo.save(out, kind, **options)
    return out.getvalue()


def pixels_of(tmp_path, content):
    (tmp_path / "a.bin").write_bytes(content)
    return open_upright(tmp_path / "a.bin", Limits()).pixels.astype(int)


@pytest.fixture(autouse=True)
def _registered():
    image._formats()  # HEIC can be written after this only


@pytest.mark.thorough
@pytest.mark.parametrize("name", VARIANTS)
@pytest.mark.parametrize("share", [0, 0.01], ids=["one byte", "a hundredth"])
def test_a_photo_that_lacks_hardly_anything_is_read(tmp_path, name, share):
    content = content_of(name)
    lost = max(1, int(share * len(content)))

    shown, whole = pixels_of(tmp_path, content[:-lost]), pixels_of(tmp_path, content)

    assert np.abs(shown - whole)[: len(whole) * 2 // 3].mean() < 4


@pytest.mark.parametrize("name", VARIANTS)
@pytest.mark.parametrize(("share", "blank"), [(0.1, False), (0.5, False), (0.5, True)])
def test_a_photo_that_lacks_a_part_is_damaged(tmp_path, name, share, blank):
    content = content_of(name)
    lost = int(share * len(content))
    with pytest.raises(PhotoError, match=r"^damaged or cut off"):
        pixels_of(tmp_path, content[:-lost] + bytes(lost if blank else 0))


@pytest.mark.thorough
@pytest.mark.parametrize("name", VARIANTS)
@pytest.mark.parametrize("more", [bytes(5000), b"\0\0\x20\0mpvdfilm", b"\0\0\0\x08free", b"x"])
def test_what_follows_a_photo_is_no_part_of_it(tmp_path, name, more):
    content = content_of(name)

    assert (pixels_of(tmp_path, content + more) == pixels_of(tmp_path, content)).all()


@pytest.mark.parametrize("lost", [1, 3000, 5005])
def test_notes_that_are_cut_off_are_no_loss_of_a_photo(tmp_path, lost):
    out = io.BytesIO()
    photo = Image.open(io.BytesIO(content_of("WebP")))
    photo.save(out, "WEBP", exif=b"Exif\0\0" + bytes(range(250)) * 20)

    shown = pixels_of(tmp_path, out.getvalue()[:-lost])

    assert (shown == pixels_of(tmp_path, out.getvalue())).all()


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "tiff_adobe_deflate", "jpeg", "group4"])
@pytest.mark.parametrize("share", [0.1, 0.5])
def test_a_tiff_whose_description_is_missing_is_cut_off_and_no_odd_format(
    tmp_path, compression, share
):
    levels = np.random.default_rng(1).integers(0, 255, (300, 240), dtype=np.uint8)
    out = io.BytesIO()
    mode = "1" if compression == "group4" else "RGB"
    Image.fromarray(levels).convert(mode).save(out, "TIFF", compression=compression)

    with pytest.raises(PhotoError, match=r"^damaged or cut off"):
        pixels_of(tmp_path, out.getvalue()[: -int(share * len(out.getvalue()))])


@pytest.mark.parametrize(
    "content",
    [
        b"\0\0\0\x18ftypheic", b"\0\0\0\x18ftypavif\0\0\0\0", b"RIFF\xff\xff\xff\xffWEBPVP8 ",
        b"\0\0\0\x0cjP  \r\n\x87\n", b"\x89PNG\r\n\x1a\n", b"II*\0", b"GIF89a",
        b"\0\0\0\x18ftypheic" + b"\0\0\0\x01mdat" + b"\xff" * 8, b"RIFF\0\0\0\0WEBP", b"\xff\xd8\xff",
    ],
)  # fmt: skip
def test_a_beginning_alone_is_cut_off(tmp_path, content):
    with pytest.raises(PhotoError, match=r"^damaged or cut off"):
        pixels_of(tmp_path, content)


def test_what_is_no_image_is_not_called_cut_off(tmp_path):
    with pytest.raises(PhotoError, match=r"^not an image"):
        pixels_of(tmp_path, b"Dear aunt, " * 50)
