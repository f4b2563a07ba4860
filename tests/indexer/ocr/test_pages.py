from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, TiffImagePlugin

from indexer.ocr.image import left_out, open_upright
from indexer.ocr.photo_file import Limits


def pictures(count):
    noise = np.random.default_rng(1).integers(0, 255, (count, 40, 60, 3), dtype=np.uint8)
    return [Image.fromarray(levels) for levels in noise]


@pytest.mark.parametrize(
    ("suffix", "count", "remark"),
    [
        ("tif", 1, ""),
        ("tif", 2, "1 page beyond the first was left out"),
        ("tif", 5, "4 pages beyond the first were left out"),
        ("gif", 3, "2 frames beyond the first were left out"),
        ("webp", 2, "1 frame beyond the first was left out"),
        ("png", 2, "1 frame beyond the first was left out"),
        ("heic", 2, "1 picture beyond the first was left out"),
        ("mpo", 2, ""),
        ("png", 1, ""),
    ],
)
def test_what_lies_beyond_the_first_picture_is_said(tmp_path, suffix, count, remark):
    from pillow_heif import register_heif_opener

    register_heif_opener()
    path, (first, *more) = tmp_path / f"a.{suffix}", pictures(count)
    first.save(path, **({"save_all": True, "append_images": more} if more else {}))

    assert open_upright(path, Limits()).left_out == remark
    assert left_out(path, Limits()) == remark


@pytest.mark.parametrize(("tag", "value"), [(254, 1), (254, 4), (254, 5), (255, 2)])
def test_thumbnails_and_masks_are_no_pages(tmp_path, tag, value):
    first, second, small = pictures(3)
    with TiffImagePlugin.AppendingTiffWriter(str(tmp_path / "a.tif"), new=True) as file:
        for picture, tags in ((first, {}), (small, {tag: value}), (second, {})):
            info = TiffImagePlugin.ImageFileDirectory_v2()
            for number, content in tags.items():
                info.tagtype[number] = 3 if number == 255 else 4  # SHORT or LONG
                info[number] = content
            picture.save(file, "TIFF", tiffinfo=info)
            file.newFrame()

    assert left_out(tmp_path / "a.tif", Limits()) == "1 page beyond the first was left out"


def test_nothing_is_said_of_a_file_that_is_damaged_or_gone(tmp_path):
    (tmp_path / "a.tif").write_bytes(b"II*\0" + bytes(20))

    assert left_out(tmp_path / "a.tif", Limits()) == ""
    assert left_out(tmp_path / "b.tif", Limits()) == ""
