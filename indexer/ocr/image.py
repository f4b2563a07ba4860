"""Decoding of photo files, and their orientation by EXIF."""

from __future__ import annotations

import io
import warnings
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING

from PIL import Image, ImageFile, UnidentifiedImageError

from indexer.errors import PhotoError
from indexer.ocr import declared_size, missing_end, pages, unsupported
from indexer.ocr.capture_time import capture_time
from indexer.ocr.content_hash import read_with_hash
from indexer.ocr.exif_orientation import turned
from indexer.ocr.photo_file import Limits, opened
from indexer.ocr.rgb import rgb
from recognizer.files.printable import in_brackets, plainly

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from indexer.entities import Stamp


_FORMATS = ("JPEG", "MPO", "PNG", "WEBP", "TIFF", "HEIF", "AVIF", "BMP", "GIF", "JPEG2000")
"""Formats that are decoded, whatever a file is called: for others Pillow may start Ghostscript."""

_SAVE_PLAINLY = "save it as RGB or grey with 8 bits a channel, in a usual form"

_LIFTING = Lock()
"""Held while settings of Pillow, which are the whole process's, are others."""


@dataclass(frozen=True)
class Upright:
    """A decoded photo after EXIF rotation.

    Attributes:
        pixels: RGB [rows, columns, 3].
        taken: when it was taken, by the camera's clock; None if unknown.
        content: content hash of the bytes that were decoded.
        stamp: stamp of the file that they came from.
        left_out: what the file holds beyond this picture, as a remark; "" if nothing.

    """

    pixels: NDArray[np.uint8]
    taken: datetime | None
    content: str
    stamp: Stamp
    left_out: str = ""


def open_upright(path: Path, limits: Limits) -> Upright:
    """Decode a photo file and turn it as its EXIF or HEIC orientation says.

    Raises:
        PhotoError: no image, damaged, or beyond `limits`; the message says which.

    """
    content, name, stamp = read_with_hash(path, limits)
    try:
        with _own_limit(), warnings.catch_warnings():
            # our own limit, which a user can set, stands in for Pillow's warning, and damage
            # that Pillow can live with (a broken EXIF block, say) is no reason to lose a photo
            warnings.simplefilter("ignore")
            pixels, taken = _decoded(content, limits)
        more = pages.left_out(io.BytesIO(content), _formats())
        return Upright(pixels, taken, name, stamp, more)
    except UnidentifiedImageError as error:
        msg = "not an image, or of a format that is not supported"
        if kind := unsupported.tiff(content) or unsupported.jpeg(content):
            msg = f"{kind}, which is not supported; {_SAVE_PLAINLY}"
        elif declared_size.is_begun(content):
            msg = "damaged or cut off (its description is missing or damaged); copy it again"
        raise PhotoError(msg) from error
    except PhotoError:
        raise
    except MemoryError as error:
        msg = "there is not enough memory to open it; close other programs"
        raise PhotoError(msg) from error
    except Exception as error:
        # decoders raise any exception on damaged files
        msg = f"damaged or cut off{in_brackets(plainly(error))}; copy it again"
        if kind := unsupported.jpeg(content):
            msg = f"{kind}, which is not supported; {_SAVE_PLAINLY}"
        raise PhotoError(msg) from error


def _decoded(content: bytes, limits: Limits) -> tuple[NDArray[np.uint8], datetime | None]:
    """Upright pixels and capture time; a photo that lacks nothing but its end is decoded too."""
    blank = missing_end.is_jpeg(content) and missing_end.is_blank_at_the_end(content)
    if declared_size.is_never_written(content):
        raise OSError(missing_end.CUT_OFF)
    try:
        return _picture_to_its_end(content, limits) if blank else _picture(content, limits)
    except PhotoError:
        raise
    except Exception:
        with suppress(Exception):  # the first error tells more
            return _picture_to_its_end(content, limits)
        for whole in declared_size.filled(content):
            with suppress(Exception):
                return _picture(whole, limits)
        raise


def _picture_to_its_end(
    content: bytes, limits: Limits
) -> tuple[NDArray[np.uint8], datetime | None]:
    """The same where the end is missing, or something else stands in its place."""
    if declared_size.is_jpeg_2000(content):
        raise OSError(missing_end.CUT_OFF)
    with _leniently():
        if not missing_end.is_jpeg(content):
            return _picture(content, limits)
        whole = missing_end.with_end_marker(content, _formats())
    return _picture(whole, limits)


def _picture(content: bytes, limits: Limits) -> tuple[NDArray[np.uint8], datetime | None]:
    with Image.open(io.BytesIO(content), formats=_formats()) as image:
        _check_pixels(image, limits)
        if not missing_end.is_jpeg(content):
            missing_end.check_loaded(image)
        taken = capture_time(image)
        return rgb(turned(image)), taken


def left_out(path: Path, limits: Limits) -> str:
    """What a photo file holds beyond its first picture, as a remark; "" if nothing is known."""
    with suppress(PhotoError), opened(path, limits) as (file, _), _own_limit():
        return pages.left_out(file, _formats())
    return ""


@contextmanager
def _own_limit() -> Iterator[None]:
    """Lift Pillow's limit of pixels, which is the whole process's: `Limits` stands in for it."""
    with _LIFTING:
        before, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
        try:
            yield
        finally:
            Image.MAX_IMAGE_PIXELS = before


@contextmanager
def _leniently() -> Iterator[None]:
    """Let Pillow decode what is cut off; the whole process's too, so only inside `_own_limit`."""
    before, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, True
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before


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
