"""Capture time of a photo, from EXIF."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from PIL import ExifTags

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL import Image

_TIME = re.compile(
    r"(\d{4})[:/.-](\d\d?)[:/.-](\d\d?)(?:[ T]+(\d\d?):(\d\d?)(?::(\d\d?)(?:[.,]\d*)?)?"
    r"\s*(?:Z|[+-]\d\d:?\d\d)?)?"
)
"""EXIF and ISO times; fractions and zones are dropped: the camera's clock counts."""


def capture_time(image: Image.Image) -> datetime | None:
    """The first of the EXIF times that holds one, by the camera's clock; None if none does."""
    return next((time for text in _times(image) if (time := _parsed(text))), None)


def _times(image: Image.Image) -> Iterator[object]:
    """Values of the fields that may hold a time, the most telling first."""
    try:
        exif = image.getexif()
    except Exception:  # as above
        return
    for tag in (ExifTags.Base.DateTimeOriginal, ExifTags.Base.DateTimeDigitized):
        try:
            yield exif.get_ifd(ExifTags.IFD.Exif).get(tag)
        except Exception:  # noqa: S112 - as above; the next field may be sound
            continue
    try:
        yield exif.get(ExifTags.Base.DateTime)
    except Exception:  # as above
        return


def _parsed(value: object) -> datetime | None:
    text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
    # some cameras leave what was there before behind the end of the text
    match = _TIME.fullmatch(text.lstrip("\0 \t\r\n").partition("\0")[0].rstrip())
    if not match:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
    if hour > 24 or minute > 59 or second > 60:  # 24:00:00 ends a day, :60 is a leap second
        return None
    try:
        clock = timedelta(hours=hour, minutes=minute, seconds=second)
        return datetime(year, month, day) + clock  # noqa: DTZ001
    except (ValueError, OverflowError):  # zeros, or the 30th of February
        return None
