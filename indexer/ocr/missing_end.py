"""Photos without their end: a missing end marker loses nothing, and a missing half is named.

Viewers show a file that lacks its end marker, or has a camera's film in the place of it. Here it
is decoded as well, if all rows but the last 2 % are in the file.
"""

from __future__ import annotations

import io
import random
import re
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL import ImageFile

MAX_MISSING = 0.02
"""Share of a photo's rows that may be missing; the lowest row of a JPEG's blocks may in any case."""

CUT_OFF = "image file is cut off"
"""What is said of a photo of which a part is missing."""

_JPEG, _END, _SCAN = b"\xff\xd8", b"\xff\xd9", 0xDA

_BEFORE_SCAN = frozenset({0xC4, 0xCC, 0xDB, 0xDC, 0xDD, 0xFE, *range(0xE0, 0xF0)})
"""Markers of the segments that may stand between two scans of a JPEG: tables and notes."""

_HEADER = _BEFORE_SCAN | frozenset(range(0xC0, 0xD0))

_MARKER = re.compile(rb"\xff+[^\x00\xd0-\xd7\xff]", re.DOTALL)
"""What ends the coded data of a scan; restart markers belong to them."""

_BYTES = bytes(random.Random(1).choices(range(255), k=4096))  # noqa: S311 - no secret

_NOISE = _BYTES + b"".join(bytes([0xFF, 0xD0 + i % 8]) + _BYTES[:512] for i in range(16))
"""Coded data of no picture, with each restart marker: a decoder may wait for one."""

_BAND = 8
"""Rows of a band that is looked at, so that it holds rows of each pass of an interlaced photo; a row of
a JPEG's blocks at half the size."""


_MIN_WIDTH = 32
"""Columns of a photo whose bands are looked at: narrower noise could be a picture by chance."""


def is_jpeg(content: bytes) -> bool:
    """Whether these are the bytes of a JPEG file."""
    return content.startswith(_JPEG)


def is_blank_at_the_end(content: bytes) -> bool:
    """Whether the end may never have been written, though the file has its full size."""
    return content.endswith(bytes(64))


def with_end_marker(content: bytes, formats: list[str]) -> bytes:
    """A JPEG up to the end of its coded data, and an end marker.

    A decoder paints grey what is missing, and noise where noise follows the coded data: what
    differs in both was in no scan. Pillow must be set to decode what is cut off meanwhile.

    Raises:
        OSError: more rows than MAX_MISSING are missing.

    """
    end = _end_of_scans(content)
    body = content[:end].rstrip(b"\0\xff")  # never written, or half an end marker
    grey, noisy = (_half_size(body + tail + _END, formats) for tail in (b"", _NOISE))
    differing = np.flatnonzero((grey != noisy).reshape(len(grey), -1).any(axis=1))
    missing = len(grey) - differing[0] if len(differing) else 0
    if missing > max(_BAND, MAX_MISSING * len(grey)):
        raise OSError(CUT_OFF)
    return body + _END


def _end_of_scans(content: bytes) -> int:
    """Where the coded data of the last scan end; raises OSError if there is no scan."""
    end, start = 0, _after_next_header(content, len(_JPEG), _HEADER)
    while start is not None:
        marker = _MARKER.search(content, start)
        if marker is None:
            return len(content)
        end = marker.start()
        start = _after_next_header(content, end, _BEFORE_SCAN)
    if not end:
        raise OSError(CUT_OFF)
    return end


def _after_next_header(content: bytes, at: int, allowed: frozenset[int]) -> int | None:
    """Where coded data begin, after `allowed` segments and the header of a scan; None if none do."""
    while at + 4 <= len(content) and content[at] == 0xFF:
        kind, size = content[at + 1], int.from_bytes(content[at + 2 : at + 4], "big")
        if kind == _SCAN and size in {8, 10, 12, 14}:  # of one to four components
            return at + 2 + size
        if kind != 0xFF and (kind not in allowed or size < 2):
            return None
        at += 1 if kind == 0xFF else 2 + size
    return None


def _half_size(content: bytes, formats: list[str]) -> NDArray[np.uint8]:
    """Brightness at half the size: all that small writing needs, at a quarter of the memory."""
    with Image.open(io.BytesIO(content), formats=formats) as image:
        image.draft("L", (max(1, image.width // 2), max(1, image.height // 2)))
        return np.asarray(image)


def check_loaded(image: ImageFile.ImageFile) -> None:
    """Decode an image; where its decoder writes row by row, make sure that it reached the end.

    Two bands of rows near the edges are filled with noise before, which is gone if they were
    decoded (some formats begin with the lowest row).

    Raises:
        OSError: more rows than MAX_MISSING are missing.

    """
    lost = int(MAX_MISSING * image.height)
    low = max(lost, image.height - lost - _BAND)
    bands = [(0, top, image.width, min(top + _BAND, image.height)) for top in (lost, low)]
    painted: dict[tuple[int, int, int, int], Image.Image] = {}
    prepare = image.load_prepare

    def paint() -> None:
        prepare()
        for band in bands:
            noise = Image.effect_noise((band[2], band[3] - band[1]), 80).convert(image.mode)
            image.im.paste(noise.im, band)
            painted[band] = noise

    if image.width >= _MIN_WIDTH:
        image.load_prepare = paint  # type: ignore[method-assign]
    image.load()
    for band, noise in painted.items():
        same = np.asarray(image.crop(band)) == np.asarray(noise)
        if same.reshape(band[3] - band[1], -1).all(axis=1).any():
            raise OSError(CUT_OFF)
