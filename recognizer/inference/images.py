"""A word image becomes what the network sees: the same code for training and for reading."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from recognizer.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

HEIGHT = 48
"""Rows of every network input, in pixels."""

STRETCH = 1.5
"""Words are widened by this factor: small, dense writing needs more frames a letter."""

MIN_WIDTH, MAX_WIDTH = 24, 640
"""Columns of a network input, in pixels; wider words are squeezed."""

WIDTH_STEP = 16
"""Batches are padded to a multiple of this many columns."""


def load(path: Path) -> NDArray[np.uint8]:
    """Read a word image as a fitted grey crop (HEIGHT × width).

    Raises:
        DataError: the file is missing or is no readable image.

    """
    try:
        with Image.open(path) as image:
            return fit(image)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        msg = f"{path}: not a readable word image ({error})"
        raise DataError(msg) from error


def fit(image: Image.Image) -> NDArray[np.uint8]:
    """Scale a word image to HEIGHT rows and widen it by STRETCH, within MIN/MAX_WIDTH."""
    if image.mode.startswith("I;16"):  # Pillow would make white of all but the darkest grey
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if image.has_transparency_data:
        # what shows through is paper; dropping the alpha channel would turn it black
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image.convert("RGBA"))
    grey = image.convert("L")
    width = round(grey.width * STRETCH * HEIGHT / max(1, grey.height))
    width = min(MAX_WIDTH, max(MIN_WIDTH, width))
    # reducing_gap lets very large crops shrink in whole steps first: the same picture, faster
    scaled = grey.resize((width, HEIGHT), Image.Resampling.BILINEAR, reducing_gap=3.0)
    return np.asarray(scaled, dtype=np.uint8)
