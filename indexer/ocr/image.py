"""Decoding of photo files, and their orientation by EXIF."""

from __future__ import annotations

import io
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, UnidentifiedImageError

from indexer.errors import PhotoError
from indexer.ocr.capture_time import capture_time
from indexer.ocr.content_hash import digest
from indexer.ocr.exif_orientation import turned
from indexer.ocr.photo_file import Limits, opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from numpy.typing import NDArray

    from indexer.entities import Stamp


_FORMATS = ("JPEG", "MPO", "PNG", "WEBP", "TIFF", "HEIF", "AVIF", "BMP", "GIF", "JPEG2000")
"""Formats that are decoded, whatever a file is called: for others Pillow may start Ghostscript."""

_LIFTING = Lock()
"""Held while Pillow's limit of pixels is lifted."""

_STRIP_ROWS = 1024
"""Rows of a photo that are copied at once."""


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
                taken = capture_time(image)
                pixels = _rgb(turned(image))
        return Upright(pixels, taken, digest(content).hexdigest(), stamp)
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
