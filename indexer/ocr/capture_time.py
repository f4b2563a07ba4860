"""Capture time of a photo, from EXIF."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from PIL import ExifTags

if TYPE_CHECKING:
    from PIL import Image


def capture_time(image: Image.Image) -> datetime | None:
    """EXIF time without zone, by the camera's clock; None if it is absent or malformed."""
    try:
        exif = image.getexif()
        text = exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.DateTimeOriginal) or exif.get(
            ExifTags.Base.DateTime
        )
        return datetime.strptime(str(text).strip("\0 "), "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007
    except Exception:  # a damaged EXIF block raises anything, and is no reason to lose a photo
        return None
