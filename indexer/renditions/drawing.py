"""Drawing: open a photo in the drawing process, and make a smaller picture of it or of a part."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from indexer.entities import Box
from indexer.errors import PhotoError
from indexer.ocr.messages import Result

if TYPE_CHECKING:
    from pathlib import Path

    from PIL import Image

    from indexer.entities import Corners
    from indexer.ocr.photo_file import Limits

INK_HEIGHT = 64
"""Pixels of the height of a word that is kept to learn from; the network reads 48."""


@dataclass(frozen=True)
class Size:
    """The whole photo, its longer side at most so many pixels.

    Attributes:
        longest: pixels of the longer side.
        format: "WEBP" or "JPEG".
        quality: of the compression, 0..100.

    """

    longest: int
    format: str
    quality: int


SIZES = {
    480: Size(480, "WEBP", 75),
    2048: Size(2048, "WEBP", 80),
    4096: Size(4096, "JPEG", 85),
}
"""Pictures of whole photos, by the pixels of their longer side."""


@dataclass(frozen=True)
class Part:
    """A part of the photo, for example a line of text.

    Attributes:
        box: the part, in pixels of the upright photo.
        height: pixels of the picture; it is never larger than the part itself.

    """

    box: Box
    height: int


@dataclass(frozen=True)
class Ink:
    """The image of a word in grey, at most INK_HEIGHT pixels high, as the recogniser learns it.

    Attributes:
        box: the word, in pixels of the upright photo.
        corners: its four corners if it is slanted.
        size: width and height of the photo that `box` is measured in.

    """

    box: Box
    corners: Corners
    size: tuple[int, int]


@dataclass(frozen=True)
class Drawn(Result):
    """A picture, encoded."""

    content: bytes


@dataclass(frozen=True)
class Refused(Result):
    """No picture, and why: the file no longer holds the photo (`changed`), or cannot be opened."""

    reason: str
    changed: bool


@dataclass
class LastPhoto:
    """The photo that was opened last: its picture and its parts are often asked for together."""

    content: str = ""
    picture: Image.Image | None = field(default=None, repr=False)


Wanted: TypeAlias = Size | Part | Ink


@dataclass(frozen=True)
class DrawRequest:
    """To the process: a picture of the photo with a content hash, which a file should hold."""

    path: Path
    content: str
    wanted: Wanted
    limits: Limits

    def answer(self, parts: LastPhoto) -> Result:
        """Open the photo, unless it is the last one, and draw it."""
        from PIL import Image

        from indexer.ocr.image import open_upright

        try:
            if parts.content != self.content:
                opened = open_upright(self.path, self.limits)
                if opened.content != self.content:
                    return Refused("the file has changed since it was read", changed=True)
                parts.content, parts.picture = opened.content, Image.fromarray(opened.pixels)
            assert parts.picture is not None  # noqa: S101 - for mypy; set together with content
            return Drawn(drawn(parts.picture, self.wanted))
        except PhotoError as error:
            return Refused(str(error), changed=not self._is_there())

    def _is_there(self) -> bool:
        """Whether the file holds the photo: what was read can be opened, unless memory is short."""
        from indexer.ocr.content_hash import content_hash

        try:
            return content_hash(self.path, self.limits)[0] == self.content
        except PhotoError:
            return False


def drawn(picture: Image.Image, wanted: Wanted) -> bytes:
    """A picture of `picture`, encoded."""
    from PIL import Image

    if isinstance(wanted, Ink):
        picture, scale, kind, quality = *_ink(picture, wanted), "PNG", 0
    elif isinstance(wanted, Part):
        left, right = _within(wanted.box.left, wanted.box.right, picture.width)
        top, bottom = _within(wanted.box.top, wanted.box.bottom, picture.height)
        picture = picture.crop((left, top, right, bottom))
        scale, kind, quality = wanted.height / picture.height, "WEBP", 80
    else:
        scale, kind, quality = wanted.longest / max(picture.size), wanted.format, wanted.quality
    if scale < 1:
        size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
        picture = picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
    out = io.BytesIO()
    picture.save(out, kind, quality=quality)
    return out.getvalue()


def _ink(picture: Image.Image, ink: Ink) -> tuple[Image.Image, float]:
    """The grey image of a word, and by how much it is to be made smaller."""
    import numpy as np
    from PIL import Image

    from indexer.ocr.builtin import cut_word

    x, y = picture.width / ink.size[0], picture.height / ink.size[1]
    left, right = _within(round(ink.box.left * x), round(ink.box.right * x), picture.width)
    top, bottom = _within(round(ink.box.top * y), round(ink.box.bottom * y), picture.height)
    corners = tuple((a * x, b * y) for a, b in ink.corners)
    grey = np.asarray(picture.convert("L"))
    word = Image.fromarray(cut_word(grey, Box(left, top, right, bottom), corners))
    return word, INK_HEIGHT / word.height


def _within(start: int, end: int, size: int) -> tuple[int, int]:
    """The part of a span that lies within `size` pixels, one pixel at least."""
    start = max(0, min(start, size - 1))
    return start, max(start + 1, min(end, size))
