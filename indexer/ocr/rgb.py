"""Colours on paper: pixels of any mode and depth as RGB of 8 bits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    Convert = Callable[[Image.Image], Image.Image]

_STRIP_ROWS = 1024
"""Rows of a photo that are converted at once: huge photos leave no room for two."""

_DEEP = ("I", "F")
"""How the modes of grey beyond 8 bits begin."""

_INK = 0.5
"""Share of a photo that is opaque at most where its ink stands on nothing."""

_DARK = 0.1
"""Share of opaque pixels that are dark at least where ink shows on white paper."""

_DARK_EDGES = 0.8
"""The same where one dark colour stands for nothing: the soft edges of light ink are opaque and dark then."""


def rgb(image: Image.Image) -> NDArray[np.uint8]:
    """Pixels [rows, columns, 3] of an image of any mode.

    Transparent pixels become white, or black where they are the ground of light ink. Grey beyond 8
    bits is scaled by the range in use: the next power of two, so 12 bits in 16 are 12 bits.
    """
    convert = _conversion(image)
    pixels = np.empty((image.height, image.width, 3), np.uint8)
    for top, strip in _strips(image):
        pixels[top : top + _STRIP_ROWS] = np.asarray(convert(strip))
    return pixels


def _strips(image: Image.Image) -> Iterator[tuple[int, Image.Image]]:
    for top in range(0, image.height, _STRIP_ROWS):
        yield top, image.crop((0, top, image.width, min(top + _STRIP_ROWS, image.height)))


def _conversion(image: Image.Image) -> Convert:
    if image.mode.startswith(_DEEP):  # Pillow would make white of all but the darkest grey
        low, full = _range(image)
        return lambda strip: _scaled(strip, low, full)
    if image.has_transparency_data:  # it would make black of black ink on nothing
        ground = "black" if _has_light_ink(image) else "white"
        return lambda strip: _on_ground(strip, ground)
    return lambda strip: strip.convert("RGB")


def _range(image: Image.Image) -> tuple[float, float]:
    """The level of black, and how far above it white is; NaN and infinite levels do not count."""
    low, high = 0.0, 0.0
    for _, strip in _strips(image):
        levels = np.asarray(strip)
        finite = levels[np.isfinite(levels)]
        if finite.size:
            low, high = min(low, float(finite.min())), max(high, float(finite.max()))
    return low, 2.0 ** np.ceil(np.log2(high - low)) if high > low else 1.0


def _scaled(image: Image.Image, low: float, full: float) -> Image.Image:
    levels = (np.asarray(image).astype(np.float64) - low) * (256 / full)
    grey = np.clip(np.nan_to_num(levels, nan=255.0), 0, 255).astype(np.uint8)
    return Image.fromarray(grey).convert("RGB")


def _has_light_ink(image: Image.Image) -> bool:
    """Whether ink on a transparent ground is so light that white paper would hide it."""
    opaque = dark = 0
    for _, strip in _strips(image):
        levels, alpha = (np.asarray(band) for band in strip.convert("RGBA").convert("LA").split())
        opaque += int(np.count_nonzero(alpha >= 128))
        dark += int(np.count_nonzero((alpha >= 128) & (levels < 128)))
    return 0 < opaque <= _INK * image.width * image.height and dark < _most_dark(image) * opaque


def _most_dark(image: Image.Image) -> float:
    """Share of opaque pixels that are dark at most where ink is light."""
    key = image.info.get("transparency")
    if isinstance(key, int | tuple) and image.mode in {"1", "L", "RGB"}:
        return _DARK_EDGES if np.mean(key) < 128 else _DARK
    return _DARK


def _on_ground(image: Image.Image, ground: str) -> Image.Image:
    paper = Image.new("RGBA", image.size, ground)
    return Image.alpha_composite(paper, image.convert("RGBA")).convert("RGB")
