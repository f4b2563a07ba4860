"""Picture files: opened within limits of bytes and pixels, which stand in for that of Pillow."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import Lock
from typing import IO, TYPE_CHECKING

from PIL import Image, UnidentifiedImageError

from recognizer.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from recognizer.inference.limits import Limits


class FormatError(DataError):
    """A file is no picture of a format that is decoded; does not name it."""


FORMATS = ("JPEG", "MPO", "PNG", "WEBP", "TIFF", "HEIF", "AVIF", "BMP", "GIF", "JPEG2000")
"""Formats that are decoded, whatever a file is called: for others Pillow may start Ghostscript."""


@contextmanager
def opened(file: Path | IO[bytes], limits: Limits) -> Iterator[Image.Image]:
    """Open a picture, which is decoded in the block.

    Raises:
        LimitError: it is beyond `limits`.
        FormatError: it is of none of the FORMATS.
        Exception: of any kind, as decoders raise on damaged files.

    """
    if isinstance(file, Path):
        limits.check_bytes(file.stat().st_size)
    with _lifted, warnings.catch_warnings():
        # Pillow can live with much damage, such as a broken EXIF block, and warns
        warnings.simplefilter("ignore")
        with _identified(file) as image:
            limits.check_pixels(image.width, image.height)
            yield image


def _identified(file: Path | IO[bytes]) -> Image.Image:
    try:
        return Image.open(file, formats=_decodable())
    except UnidentifiedImageError as error:
        msg = "no picture of a supported format"
        raise FormatError(msg) from error


@cache
def _decodable() -> list[str]:
    """The FORMATS that can be decoded on this machine."""
    from pillow_heif import register_heif_opener  # a large library

    register_heif_opener()
    Image.init()
    return [name for name in FORMATS if name in Image.OPEN]


class _Lifted:
    """Lifts Pillow's limit of pixels, which is the whole process's, while any thread opens one."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._users = 0
        self._before: int | None = None

    def __enter__(self) -> None:
        with self._lock:
            if not self._users:
                self._before, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
            self._users += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._users -= 1
            if not self._users:
                Image.MAX_IMAGE_PIXELS = self._before


_lifted = _Lifted()
