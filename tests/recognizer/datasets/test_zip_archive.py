from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from recognizer.datasets.table import read_table
from recognizer.datasets.zip_archive import read_zip
from recognizer.errors import DataError
from recognizer.inference import images
from recognizer.inference.limits import Limits

if TYPE_CHECKING:
    from pathlib import Path


def write_zip(path: Path, **members: bytes) -> Path:
    names = {"labels": "labels.tsv", "image": "a.png"}
    with zipfile.ZipFile(path, "w") as archive:
        for key, content in members.items():
            archive.writestr(names[key], content)
    return path


def png(width: int, height: int) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.tile(np.arange(width, dtype=np.uint8), (height, 1))).save(buffer, "PNG")
    return buffer.getvalue()


def test_a_zip_reads_like_the_table_and_images_inside_it(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "w.zip", labels="a.png\tHé\tann\n".encode(), image=png(30, 10))

    (sample,) = read_zip(path)

    assert (sample.name, sample.text, sample.hand) == ("a.png", "Hé", "ann")
    assert sample.load().shape == (images.HEIGHT, 216)


def test_table_and_zip_give_the_same_crop(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png(30, 10))
    zipped = write_zip(tmp_path / "w.zip", labels=b"a.png\tx\n", image=png(30, 10))

    (tmp_path / "labels.tsv").write_text("a.png\tx\n", encoding="utf-8")
    (from_table,) = read_table(tmp_path / "labels.tsv")
    (from_zip,) = read_zip(zipped)

    assert np.array_equal(from_table.load(), from_zip.load())


def test_a_zip_without_labels_is_an_error(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "w.zip", image=png(30, 10))

    with pytest.raises(DataError, match=r"w\.zip: not a zip file with labels\.tsv at its top"):
        read_zip(path)


def test_a_file_that_is_no_zip_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "w.zip"
    path.write_bytes(b"half a downl")

    with pytest.raises(DataError, match=r"w\.zip"):
        read_zip(path)


def test_an_image_that_the_zip_lacks_fails_when_loaded(tmp_path: Path) -> None:
    (sample,) = read_zip(write_zip(tmp_path / "w.zip", labels=b"a.png\tx\n"))

    with pytest.raises(DataError, match=r"w\.zip:a\.png: not a readable word image"):
        sample.load()


def test_a_zip_member_that_is_no_image_fails_when_loaded(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "w.zip", labels=b"a.png\tx\n", image=b"\x89PNG\r\n\x1a\n")

    (sample,) = read_zip(path)

    with pytest.raises(DataError, match=r"a\.png: not a readable word image"):
        sample.load()


def test_a_zip_member_of_absurd_size_fails_when_loaded(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "w.zip", labels=b"a.png\tx\n", image=png(30, 10))

    (sample,) = read_zip(path, Limits(pixels=100))

    with pytest.raises(DataError, match=r"w\.zip:a\.png: 30×10 pixels are more than"):
        sample.load()
