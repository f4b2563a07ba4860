"""A photo file is opened and turned as it says; what detects and reads its words is declared.

Detector and recogniser are whatever fulfils the two protocols; `bootstrap` brings the real ones.
"""

from __future__ import annotations

import hashlib
import io
import warnings
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Protocol

import numpy as np
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from indexer.errors import PhotoError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from indexer.photo import Seen


class BoxLike(Protocol):
    """Half-open pixels, and how to cut the word out."""

    @property
    def left(self) -> int: ...  # noqa: D102
    @property
    def top(self) -> int: ...  # noqa: D102
    @property
    def right(self) -> int: ...  # noqa: D102
    @property
    def bottom(self) -> int: ...  # noqa: D102
    def cut(self, photo: NDArray[np.uint8]) -> NDArray[np.uint8]: ...  # noqa: D102
    def halves(self, photo: NDArray[np.uint8]) -> Sequence[tuple[BoxLike, BoxLike]]:
        """The pairs of words that the box may hold in place of one."""


class Detector(Protocol):
    """Finds words: lines of boxes in reading order on an RGB photo [rows, columns, 3]."""

    @property
    def fingerprint(self) -> str:
        """Changes whenever the same photo could give other boxes."""

    def detect(self, photo: NDArray[np.uint8], path: Path) -> Sequence[Sequence[BoxLike]]:
        """Find words on `photo`, which was read from `path`."""

    def given(self, path: Path) -> bool:
        """Whether the boxes of this photo are known beforehand, and so which way up it is."""


class Recognizer(Protocol):
    """Reads word images."""

    @property
    def fingerprint(self) -> str:
        """Changes whenever the same image could be read differently."""

    @property
    def alphabet(self) -> str:
        """The characters that it can write, in the order of its labels."""

    def read(self, crops: Sequence[Image.Image]) -> Sequence[Seen]:
        """One answer for each crop."""


@dataclass(frozen=True)
class Limits:
    """What a photo may be at most; larger ones are refused before they are decoded."""

    pixels: float = 150e6
    bytes: float = 200e6


@dataclass(frozen=True)
class Upright:
    """An opened photo after EXIF rotation: RGB pixels, when it was taken, its content hash."""

    pixels: NDArray[np.uint8]
    taken: datetime | None
    content: str


def load(path: Path, limits: Limits) -> bytes:
    """The content of a photo file.

    Raises:
        PhotoError: it cannot be read, is empty, or is larger than allowed.

    """
    try:
        if path.stat().st_size > limits.bytes:
            msg = f"larger than max_megabytes = {limits.bytes / 1e6:g}; raise it if this is right"
            raise PhotoError(msg)
        content = path.read_bytes()
    except OSError as error:
        msg = f"cannot read the file ({error.strerror}); check its permissions"
        raise PhotoError(msg) from error
    if not content:
        msg = "the file is empty; copy it again"
        raise PhotoError(msg)
    return content


def content_hash(content: bytes) -> str:
    """32 hexadecimal digits that identify the content of a file."""
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def open_upright(path: Path, limits: Limits) -> Upright:
    """Decode a photo and turn it as its EXIF or HEIC orientation says.

    Raises:
        PhotoError: no image, damaged, or beyond `limits`; the message says which.

    """
    content = load(path, limits)
    _register_heif()
    try:
        with warnings.catch_warnings():
            # our own limit, which a user can set, stands in for Pillow's warning, and damage
            # that Pillow can live with (a broken EXIF block, say) is no reason to lose a photo
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content)) as image:
                _check_pixels(image, limits)
                taken = _taken(image)
                upright = ImageOps.exif_transpose(image).convert("RGB")
        return Upright(np.asarray(upright), taken, content_hash(content))
    except UnidentifiedImageError as error:
        msg = "not an image, or of a format that is not supported"
        raise PhotoError(msg) from error
    except Image.DecompressionBombError as error:
        msg = f"too many pixels ({error})"
        raise PhotoError(msg) from error
    except (OSError, ValueError, SyntaxError, MemoryError, EOFError) as error:
        msg = f"damaged or cut off ({error}); copy it again"
        raise PhotoError(msg) from error


@cache
def _register_heif() -> None:
    from pillow_heif import register_heif_opener  # noqa: PLC0415 - a large library

    register_heif_opener()


def _check_pixels(image: Image.Image, limits: Limits) -> None:
    if image.width * image.height > limits.pixels:
        msg = (
            f"{image.width}×{image.height} pixels are more than max_megapixels = "
            f"{limits.pixels / 1e6:g}; raise it if this is right"
        )
        raise PhotoError(msg)


def _taken(image: Image.Image) -> datetime | None:
    """EXIF time without zone, as the camera's clock showed it; None if absent or nonsense."""
    exif = image.getexif()
    text = exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.DateTimeOriginal) or exif.get(
        ExifTags.Base.DateTime
    )
    try:
        return datetime.strptime(str(text).strip("\0 "), "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007
    except ValueError:
        return None
