"""Photos with frames drawn around words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo

from indexer.cli.labels import Label, beside
from indexer.entities import Box
from indexer.errors import PhotoError, UsageError
from indexer.ocr.image import open_upright
from recognizer.files.printable import plainly, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from indexer.ocr.photo_file import Limits

MAX_SIDE = 1600
"""Pixels of the longer side of a drawn photo, without the labels beside it."""

MARK = "Drawn by ocrsearch"
"""Comment in the pictures, by which they are known from photos."""

_COLOUR = (220, 20, 60)


def annotate(
    photo: Path,
    marks: Sequence[tuple[Box, str]],
    out: Path,
    limits: Limits,
    labelled: Callable[[Image.Image, Sequence[Label]], Image.Image] = beside,
) -> None:
    """Write `photo`, scaled to MAX_SIDE, with a frame around each box.

    `labelled` gives the picture with the labels.

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
    labels = []
    for box, text in marks:
        left, top, right, bottom = (round(edge * scale) for edge in box.as_list())
        frame = Box(left, top, max(right, left + 1), max(bottom, top + 1))
        brush.rectangle(frame.as_list(), outline=_COLOUR, width=stroke)
        if text:
            labels.append(Label(frame, printable(text)))
    image = labelled(image, labels)
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
