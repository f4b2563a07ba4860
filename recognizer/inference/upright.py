"""Pictures as they are meant: turned as EXIF says, ink on paper, grey of 8 bits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import ExifTags, Image

if TYPE_CHECKING:
    from numpy.typing import NDArray

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

_DEEP = ("I", "F")
"""How the modes of grey beyond 8 bits begin."""

_INK = 0.5
"""Share of a picture that is opaque at most where its ink stands on nothing."""

_DARK = 0.1
"""Share of opaque pixels that are dark at least where ink shows on white paper."""

_DARK_EDGES = 0.8
"""The same where one dark colour stands for nothing: the soft edges of light ink are opaque and dark then."""


def turned(image: Image.Image) -> Image.Image:
    """`image`, upright. Pillow's own way writes all tags anew, and fails if one has an odd type."""
    image.load()  # TIFF and HEIF turn themselves
    try:
        turn = _TURNS.get(int(image.getexif().get(ExifTags.Base.Orientation, 1)))
    except Exception:  # a damaged EXIF block raises anything, and is no reason to lose a picture
        return image
    return image if turn is None else image.transpose(turn)


def on_paper(image: Image.Image) -> Image.Image:
    """`image` in a mode that Pillow converts to RGB or grey without loss.

    Transparent pixels become white, or black where they are the ground of light ink. Grey beyond 8
    bits is scaled by the range in use: the next power of two, so 12 bits in 16 are 12 bits.
    """
    if image.mode.startswith(_DEEP):  # Pillow would make white of all but the darkest grey
        return _scaled(np.asarray(image))
    if image.has_transparency_data:  # it would make black of black ink on nothing
        picture = image.convert("RGBA")
        ground = "black" if _has_light_ink(picture, _most_dark(image)) else "white"
        return Image.alpha_composite(Image.new("RGBA", image.size, ground), picture)
    return image.convert("RGB") if image.mode == "LAB" else image


def _scaled(levels: NDArray[np.generic]) -> Image.Image:
    """Grey; NaN is white, and infinite levels are the ends of the range."""
    finite = levels[np.isfinite(levels)].astype(np.float64)
    low, high = min(0.0, finite.min(initial=0.0)), finite.max(initial=0.0)
    full = 2.0 ** np.ceil(np.log2(high - low)) if high > low else 1.0
    scaled = np.nan_to_num((levels.astype(np.float64) - low) * (256 / full), nan=255.0)
    return Image.fromarray(np.clip(scaled, 0, 255).astype(np.uint8))


def _has_light_ink(picture: Image.Image, most_dark: float) -> bool:
    """Whether ink on a transparent ground is so light that white paper would hide it."""
    levels, alpha = (np.asarray(band) for band in picture.convert("LA").split())
    opaque = np.count_nonzero(alpha >= 128)
    dark = np.count_nonzero((alpha >= 128) & (levels < 128))
    return bool(0 < opaque <= _INK * alpha.size and dark < most_dark * opaque)


def _most_dark(image: Image.Image) -> float:
    """Share of opaque pixels that are dark at most where ink is light."""
    key = image.info.get("transparency")
    if isinstance(key, int | tuple) and image.mode in {"1", "L", "RGB"}:
        return _DARK_EDGES if np.mean(key) < 128 else _DARK
    return _DARK
