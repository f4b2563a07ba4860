"""Files that say how long they are: the chunks of WebP, and the boxes of HEIC, AVIF and JPEG 2000.

Decoders refuse such a file if it is shorter, by a byte or by half. Where hardly anything is missing
it is filled, so that they decode all that is there; the rows at the lower edge may then be wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from indexer.ocr.missing_end import MAX_MISSING

if TYPE_CHECKING:
    from collections.abc import Iterator

_CODED = (b"mdat", b"jp2c", b"VP8 ", b"VP8L", b"ALPH", b"ANMF")
"""Kinds of parts that hold the coded picture."""

_MIN_BLANK = 4096
"""Zeros that no decoder needs; an empty page may end in some."""

_SPARE = 4096
"""Bytes more than are missing."""

_JPEG_2000_END = b"\xff\xd9"

_BEGINNINGS = (
    *(b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a", b"BM"),
    *(b"II*\0", b"MM\0*", b"II+\0", b"MM\0+", b"\xff\x4f\xff\x51"),
)

_BRANDS = (
    *(b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"),
    *(b"mif1", b"mif2", b"msf1", b"avif", b"avis"),
)
"""Brands of pictures; films begin with the same box."""

_LARGE_HEADER = 16
"""Bytes of the header of a part with a size of 64 bits."""


class _Part(NamedTuple):
    """A box or chunk of a file: what it is, its first byte, and the one after its declared end."""

    kind: bytes
    start: int
    end: int


def is_begun(content: bytes) -> bool:
    """Whether these are the first bytes of a picture, of which the rest may be missing."""
    boxed = content[4:8] == b"jP  " or (content[4:8] == b"ftyp" and content[8:12] in _BRANDS)
    return _is_webp(content) or boxed or content.startswith(_BEGINNINGS)


def is_jpeg_2000(content: bytes) -> bool:
    """Whether these are the bytes of a JPEG 2000 file, which is not coded row by row."""
    return content[4:8] == b"jP  " or content.startswith(b"\xff\x4f\xff\x51")


def is_never_written(content: bytes) -> bool:
    """Whether the end of the coded picture is zeros: a copy that was stopped may leave its full size."""
    last = _last_part(content)
    if last is None or last.kind not in _CODED:
        return False
    body = content[: last.end]
    return len(body) - len(body.rstrip(b"\0")) > max(_MIN_BLANK, MAX_MISSING * len(body))


def filled(content: bytes) -> Iterator[bytes]:
    """The whole file, in each form that a decoder may take, if hardly anything is missing at its end."""
    last = _last_part(content)
    missing = last.end - len(content) if last else 0
    if last is None:
        return
    if missing <= 0:  # cut off between two parts, or in the header of one
        yield _sized(content[: last.end])
    elif last.kind not in _CODED:
        yield _sized(content[: last.start])  # such as a film, which is no part of the picture
    elif missing <= MAX_MISSING * last.end:
        end = _JPEG_2000_END if last.kind == b"jp2c" else b""
        # a decoder of WebP may read more of what is filled than was there
        spare = _SPARE if _is_webp(content) else 0
        for byte in (b"\xff", b"\0") if end else (b"\0", b"\xff"):  # the less wrong first
            whole = _sized(content + byte * (missing + spare), last, spare)
            yield whole[: len(whole) - len(end)] + end


def _sized(content: bytes, last: _Part | None = None, spare: int = 0) -> bytes:
    """A WebP with its size, and that of the `last` part, put right; other files as they are."""
    if not _is_webp(content):
        return content
    head = bytearray(content)
    head[4:8] = (len(content) - 8).to_bytes(4, "little")
    if last:
        size = int.from_bytes(content[last.start + 4 : last.start + 8], "little") + spare
        head[last.start + 4 : last.start + 8] = size.to_bytes(4, "little")
    return bytes(head)


def _is_webp(content: bytes) -> bool:
    return content[:4] == b"RIFF" and content[8:12] == b"WEBP"


def _last_part(content: bytes) -> _Part | None:
    """The last part of a file, whole or not; None if it does not consist of parts."""
    last, webp = None, _is_webp(content)
    start = 12 if webp else 0
    end = 8 + int.from_bytes(content[4:8], "little") if webp else len(content)
    while is_begun(content) and start + 8 <= min(len(content), end):
        kind, size = _header(content[start : start + _LARGE_HEADER], webp=webp)
        if size < 8 or not kind.isascii():  # up to the end of the file, or no part
            break
        last = _Part(kind, start, start + size)
        start = last.end
    return last


def _header(head: bytes, *, webp: bool) -> tuple[bytes, int]:
    """Kind of a part and its size with this header, in bytes."""
    if webp:
        size = int.from_bytes(head[4:8], "little")
        return head[:4], 8 + size + size % 2
    size = int.from_bytes(head[:4], "big")
    return head[4:8], int.from_bytes(head[8:], "big") if size == 1 else size
