"""TIFF and JPEG files that are whole, and of a kind that is not decoded: what they hold, for the message."""

from __future__ import annotations

import io
from contextlib import suppress

from PIL import TiffImagePlugin

_WIDTH, _BITS, _COMPRESSION, _CHANNELS, _NUMBERS = 256, 258, 259, 277, 339
"""Tags of the description."""

_PIECES = ((273, 279), (324, 325))
"""Tags of where the strips, or the tiles, begin and how long they are."""

_KINDS = {1: "whole numbers", 2: "whole numbers with a sign", 3: "floating-point numbers"}

_BIG = 43
"""The third byte of files whose places have 64 bits."""


_JPEG, _SCAN = b"\xff\xd8", 0xDA

_FRAMES = {0xC3: "without loss", **dict.fromkeys((0xC5, 0xC6, 0xC7), "in levels")}
"""Markers of the frames of JPEG that are not decoded."""


def jpeg(content: bytes) -> str:
    """What a JPEG file holds that Pillow does not decode; "" if it is none, or of the usual kind."""
    at = len(_JPEG)
    while content.startswith(_JPEG) and at + 5 <= len(content) and content[at] == 0xFF:
        marker, size = content[at + 1], int.from_bytes(content[at + 2 : at + 4], "big")
        if marker in _FRAMES:
            return f"a JPEG coded {_FRAMES[marker]}"
        if marker in {0xC0, 0xC1, 0xC2, 0xC9, 0xCA}:
            bits = content[at + 4]
            return f"a JPEG of {bits} bits a channel" if bits in {12, 16} else ""
        if marker == _SCAN or size < 2:
            return ""
        at += 2 + size
    return ""


def tiff(content: bytes) -> str:
    """What a whole TIFF file holds that Pillow did not recognise; "" if it is none, or not whole."""
    with suppress(Exception):  # a damaged description raises anything
        header = content[: 16 if _BIG in content[2:4] else 8]
        tags = TiffImagePlugin.ImageFileDirectory_v2(header)
        file = io.BytesIO(content)
        file.seek(tags.next)
        tags.load(file)
        if _WIDTH not in tags or not _is_whole(tags, len(content)):
            return ""
        compression = int(tags.get(_COMPRESSION, 1))
        if compression not in TiffImagePlugin.COMPRESSION_INFO:
            return f"a TIFF of compression {compression}"
        bits, channels = tags.get(_BITS, (1,))[0], int(tags.get(_CHANNELS, 1))
        numbers = _KINDS.get(tags.get(_NUMBERS, (1,))[0], "numbers of another kind")
        if numbers == _KINDS[1] and bits in {1, 8} and channels in {1, 3, 4}:
            return ""  # of these are photos, so something else is damaged
        return f"a TIFF of {bits}-bit {numbers} in {channels} channel{'s' * (channels > 1)}"
    return ""


def _is_whole(tags: TiffImagePlugin.ImageFileDirectory_v2, size: int) -> bool:
    starts, lengths = next((tags[a], tags[b]) for a, b in _PIECES if a in tags and b in tags)
    return all(a + b <= size for a, b in zip(starts, lengths, strict=True))
