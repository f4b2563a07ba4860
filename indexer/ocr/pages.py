"""Pages and frames beyond the first picture of a file: they are not read, and that is said."""

from __future__ import annotations

import warnings
from contextlib import suppress
from typing import IO

from PIL import Image

_NAMES = {
    "TIFF": "page",
    "GIF": "frame",
    "WEBP": "frame",
    "PNG": "frame",
    "AVIF": "frame",
    "HEIF": "picture",
}
"""What more pictures are called, by format; the second view of an MPO shows the same."""

_MAX_PAGES = 10_000
"""Pages that are counted at most."""

_SUBFILE, _OLD_SUBFILE = 254, 255
"""TIFF tags that tell thumbnails and masks from pages."""


def left_out(file: IO[bytes], formats: list[str]) -> str:
    """What a file holds beyond its first picture, as a remark; "" if nothing, or it is damaged."""
    count, kind = 0, None
    with suppress(Exception), warnings.catch_warnings():  # decoders raise anything
        warnings.simplefilter("ignore")
        with Image.open(file, formats=formats) as image:
            kind = _NAMES.get(image.format or "")
            if kind == "page":
                for number in range(1, _MAX_PAGES):
                    image.seek(number)  # raises EOFError after the last one
                    count += _is_page(image)
            else:
                count = getattr(image, "n_frames", 1) - 1
    if not kind or not count:
        return ""
    were = f"{kind} beyond the first was" if count == 1 else f"{kind}s beyond the first were"
    return f"{count} {were} left out"


def _is_page(image: Image.Image) -> bool:
    tags = image.tag_v2  # type: ignore[attr-defined]
    return not int(tags.get(_SUBFILE, 0)) & 0b101 and tags.get(_OLD_SUBFILE) != 2
