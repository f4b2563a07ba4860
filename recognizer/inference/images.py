"""Image preparation: a word image becomes a fitted crop, the same for training and reading."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, TypeAlias

import numpy as np
from PIL import Image

from recognizer.errors import DataError
from recognizer.files.printable import in_brackets, plainly
from recognizer.inference import picture_file
from recognizer.inference.limits import LimitError, Limits
from recognizer.inference.upright import on_paper, turned

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    WordImage: TypeAlias = Image.Image | NDArray[np.uint8]
    """A word image of any size and mode, or a fitted crop."""

SUFFIXES = (
    *(".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".tif", ".tiff", ".bmp"),
    *(".heic", ".heif", ".hif", ".avif"),
)
"""Files of a folder that are taken for word images."""

HEIGHT = 48
"""Rows of a fitted crop, in pixels."""

STRETCH = 1.5
"""Factor by which words are widened: small, dense writing needs more frames a letter."""

MIN_WIDTH = 24
"""Columns of a fitted crop at least, in pixels; narrower words are padded."""

MAX_WIDTH = 640
"""Columns of a fitted crop at most, in pixels; wider words are squeezed."""

WIDTH_STEP = 16
"""Batches are padded to a multiple of this many columns."""


def load(path: Path, limits: Limits = Limits()) -> NDArray[np.uint8]:
    """Read an image file as a fitted crop [HEIGHT, width].

    Raises:
        DataError: the file is missing, is not a readable image, or is beyond `limits`.

    """
    return decoded(path, str(path), limits)


def decoded(file: Path | IO[bytes], name: str, limits: Limits) -> NDArray[np.uint8]:
    """The fitted crop of an image file, turned as its EXIF data say.

    Raises:
        DataError: it cannot be read, or is beyond `limits`; calls it `name`.

    """
    try:
        with picture_file.opened(file, limits) as image:
            return fit(turned(image))
    except LimitError as error:
        msg = f"{name}: {error}"
        raise DataError(msg) from error
    except Exception as error:  # decoders raise any on damaged files
        msg = f"{name}: not a readable word image{in_brackets(plainly(error))}"
        raise DataError(msg) from error


def fit(image: Image.Image) -> NDArray[np.uint8]:
    """Convert a word image to grey levels [HEIGHT, width], widened by STRETCH.

    The width follows from the proportions of the image, within MIN_WIDTH and MAX_WIDTH.
    """
    grey = on_paper(image).convert("L")
    width = round(grey.width * STRETCH * HEIGHT / max(1, grey.height))
    width = min(MAX_WIDTH, max(MIN_WIDTH, width))
    # reducing_gap lets very large crops shrink in whole steps first: the same picture, faster
    scaled = grey.resize((width, HEIGHT), Image.Resampling.BILINEAR, reducing_gap=3.0)
    return np.asarray(scaled, dtype=np.uint8)
