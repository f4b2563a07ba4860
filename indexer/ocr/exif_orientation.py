"""EXIF orientation: the way up that a camera noted."""

from __future__ import annotations

from PIL import ExifTags, Image

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def turned(image: Image.Image) -> Image.Image:
    """`image`, upright. Pillow's own way writes all tags anew, and fails if one has an odd type."""
    image.load()  # TIFF and HEIF turn themselves
    try:
        turn = _TURNS.get(int(image.getexif().get(ExifTags.Base.Orientation, 1)))
    except Exception:  # a damaged EXIF block raises anything, and is no reason to lose a photo
        return image
    return image if turn is None else image.transpose(turn)
