"""Photos with frames drawn around words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from indexer.errors import PhotoError, UsageError
from indexer.ocr.image import open_upright
from recognizer.printable import plainly, printable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from indexer.entities import Box
    from indexer.ocr.photo_file import Limits

MAX_SIDE = 1600
"""Pixels of the longer side of a drawn photo."""

MARK = "Drawn by ocrsearch"
"""Comment in the pictures, by which they are known from photos."""

_COLOUR = (220, 20, 60)


def annotate(photo: Path, marks: Sequence[tuple[Box, str]], out: Path, limits: Limits) -> None:
    """Write `photo`, scaled to MAX_SIDE, with a labelled frame around each box.

    Raises:
        PhotoError: the photo cannot be opened, or is beyond `limits`; names it.
        UsageError: `out` cannot be written or its ending names no image format.

    """
    try:
        image = Image.fromarray(open_upright(photo.resolve(), limits).pixels)
    except PhotoError as error:
        msg = f"{photo}: {error}"
        raise PhotoError(msg) from error
    scale = min(1.0, MAX_SIDE / max(image.size))
    image = image.resize((round(image.width * scale), round(image.height * scale)))
    brush = ImageDraw.Draw(image)
    stroke = max(2, round(max(image.size) / 500))
    for box, label in marks:
        left, top, right, bottom = (round(edge * scale) for edge in box.as_list())
        frame = (left, top, max(right, left + 1), max(bottom, top + 1))
        brush.rectangle(frame, outline=_COLOUR, width=stroke)
        if label:
            _label(brush, (left, top), printable(label), 7 * stroke)
    try:
        notes = PngInfo()
        notes.add_text("Comment", MARK)
        image.save(out, quality=88, comment=MARK, pnginfo=notes)
    except OSError as error:
        msg = f"{out}: cannot write this picture ({plainly(error)}); choose another place"
        raise UsageError(msg) from error
    except (ValueError, KeyError) as error:
        msg = f"{out}: not the name of a picture; use one that ends in .jpg or .png"
        raise UsageError(msg) from error


def is_drawn(path: Path) -> bool:
    """Whether a file is a picture that `annotate` has written; its comment says so."""
    try:
        with Image.open(path, formats=["JPEG", "PNG"]) as image:
            comment = image.info.get("Comment" if image.format == "PNG" else "comment")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return False
    return comment in (MARK, MARK.encode())


def _label(brush: ImageDraw.ImageDraw, at: tuple[int, int], text: str, size: int) -> None:
    """`text` in white on the frame's colour, above the box or inside where there is no room."""
    font = ImageFont.load_default(size)
    left, top, right, bottom = brush.textbbox(at, text, font=font)
    lift = bottom - at[1] + 2 if bottom - at[1] + 2 < at[1] else 0
    ground = (left - 2, top - lift - 2, right + 2, bottom - lift + 2)
    brush.rectangle(ground, fill=_COLOUR)
    brush.text((at[0], at[1] - lift), text, fill="white", font=font)
