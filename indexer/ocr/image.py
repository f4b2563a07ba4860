"""Photo files: content hash, decoding, orientation."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import stat
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, UnidentifiedImageError

from indexer.entities import Stamp
from indexer.errors import PhotoError
from indexer.ocr import exif

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from io import BufferedReader
    from pathlib import Path

    from numpy.typing import NDArray


_FORMATS = ("JPEG", "MPO", "PNG", "WEBP", "TIFF", "HEIF", "AVIF", "BMP", "GIF", "JPEG2000")
"""Formats that are decoded, whatever a file is called: for others Pillow may start Ghostscript."""

_OPEN_FLAGS = os.O_RDONLY | sum(
    getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY")
)
"""Flags of open(2) for a photo: no link is followed, and no pipe waited for."""

_LIFTING = Lock()
"""Held while Pillow's limit of pixels is lifted."""

_STRIP_ROWS = 1024
"""Rows of a photo that are copied at once."""


@dataclass(frozen=True)
class Limits:
    """Largest photo that is decoded: pixels, and bytes of the file."""

    pixels: float = 150e6
    bytes: float = 200e6


@dataclass(frozen=True)
class Upright:
    """A decoded photo after EXIF rotation.

    Attributes:
        pixels: RGB [rows, columns, 3].
        taken: when it was taken, by the camera's clock; None if unknown.
        content: content hash of the bytes that were decoded.
        stamp: stamp of the file that they came from.

    """

    pixels: NDArray[np.uint8]
    taken: datetime | None
    content: str
    stamp: Stamp


class GoneError(PhotoError):
    """The file is no longer there; that is no failure of the photo."""


@contextmanager
def opened(path: Path, limits: Limits) -> Iterator[tuple[BufferedReader, Stamp]]:
    """Open a photo file; yields it with its stamp. Links are not followed.

    Raises:
        GoneError: there is no such file.
        PhotoError: it cannot be read, is no regular file, is empty, or is larger than allowed.

    """
    try:
        with open(path, "rb", opener=lambda name, _: os.open(name, _OPEN_FLAGS)) as file:
            status = os.fstat(file.fileno())
            _check_file(status, limits)
            yield file, Stamp(status.st_size, status.st_mtime_ns)
    except FileNotFoundError as error:
        msg = "the file is gone"
        raise GoneError(msg) from error
    except IsADirectoryError as error:
        msg = "a folder, not a photo"
        raise PhotoError(msg) from error
    except OSError as error:
        link = error.errno == errno.ELOOP
        reason = "a link; links are not followed" if link else error.strerror
        msg = f"cannot read the file ({reason}); check its permissions"
        raise PhotoError(msg) from error


def _check_file(status: os.stat_result, limits: Limits) -> None:
    if not stat.S_ISREG(status.st_mode):
        msg = "not a file"
        raise PhotoError(msg)
    if status.st_size > limits.bytes:
        msg = f"larger than max_megabytes = {limits.bytes / 1e6:g}; raise it if this is right"
        raise PhotoError(msg)
    if not status.st_size:
        msg = "the file is empty; copy it again"
        raise PhotoError(msg)


def content_hash(path: Path, limits: Limits) -> tuple[str, Stamp]:
    """BLAKE2b of a file as 32 hexadecimal digits, and the file's stamp; raises as `opened` does."""
    with opened(path, limits) as (file, stamp):
        return hashlib.file_digest(file, _digest).hexdigest(), stamp


def _digest(content: bytes = b"") -> hashlib.blake2b:
    return hashlib.blake2b(content, digest_size=16)


def open_upright(path: Path, limits: Limits) -> Upright:
    """Decode a photo file and turn it as its EXIF or HEIC orientation says.

    Raises:
        PhotoError: no image, damaged, or beyond `limits`; the message says which.

    """
    with opened(path, limits) as (file, stamp):
        content = file.read(int(limits.bytes) + 1)
    try:
        with _own_limit(), warnings.catch_warnings():
            # our own limit, which a user can set, stands in for Pillow's warning, and damage
            # that Pillow can live with (a broken EXIF block, say) is no reason to lose a photo
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content), formats=_formats()) as image:
                _check_pixels(image, limits)
                taken = exif.taken(image)
                pixels = _rgb(exif.turned(image))
        return Upright(pixels, taken, _digest(content).hexdigest(), stamp)
    except UnidentifiedImageError as error:
        msg = "not an image, or of a format that is not supported"
        raise PhotoError(msg) from error
    except PhotoError:
        raise
    except Exception as error:
        # decoders raise any exception on damaged files
        msg = f"damaged or cut off ({error or type(error).__name__}); copy it again"
        raise PhotoError(msg) from error


@contextmanager
def _own_limit() -> Iterator[None]:
    """Lift Pillow's limit of pixels, which is the whole process's: `Limits` stands in for it."""
    with _LIFTING:
        before, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
        try:
            yield
        finally:
            Image.MAX_IMAGE_PIXELS = before


def _rgb(image: Image.Image) -> NDArray[np.uint8]:
    """RGB pixels [rows, columns, 3], copied in strips: huge photos leave no room for two."""
    pixels = np.empty((image.height, image.width, 3), np.uint8)
    for top in range(0, image.height, _STRIP_ROWS):
        strip = image.crop((0, top, image.width, min(top + _STRIP_ROWS, image.height)))
        pixels[top : top + _STRIP_ROWS] = np.asarray(_on_paper(strip))
    return pixels


def _on_paper(image: Image.Image) -> Image.Image:
    """`image` as RGB: transparent pixels become white, and 16 bits of grey become 8."""
    if image.mode.startswith("I;16"):  # Pillow would make white of all but the darkest grey
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if image.has_transparency_data:  # it would make black of black ink on nothing
        paper = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(paper, image.convert("RGBA"))
    return image.convert("RGB")


@cache
def _formats() -> list[str]:
    """The `_FORMATS` that can be decoded on this machine."""
    from pillow_heif import register_heif_opener  # a large library

    register_heif_opener()
    Image.init()
    return [name for name in _FORMATS if name in Image.OPEN]


def _check_pixels(image: Image.Image, limits: Limits) -> None:
    if image.width * image.height > limits.pixels:
        msg = (
            f"{image.width}×{image.height} pixels are more than max_megapixels = "
            f"{limits.pixels / 1e6:g}; raise it if this is right"
        )
        raise PhotoError(msg)
