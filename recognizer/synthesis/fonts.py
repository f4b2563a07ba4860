"""Word ink drawn with handwriting fonts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from recognizer.errors import DataError
from recognizer.synthesis.ink import WordInk

if TYPE_CHECKING:
    from pathlib import Path

SUFFIXES = (".ttf", ".otf")


@dataclass(frozen=True)
class Pen:
    """Font, size and irregularity of one hand.

    Attributes:
        font: the letter shapes.
        size: font size in pixels.
        stroke: extra stroke width in pixels.
        joined: whether the font's own letter distances are kept (cursive fonts break without).
        spacing: extra distance between letters, in ems.
        jitter: standard deviation of the vertical position of letters, in ems.

    """

    font: Path
    size: int
    stroke: int
    joined: bool
    spacing: float
    jitter: float


def fonts_in(folder: Path) -> list[Path]:
    """The font files in `folder` and in the folders below it, sorted by path.

    Raises:
        DataError: there is none.

    """
    found = sorted(p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file())
    if not found:
        msg = f"{folder}: holds no {' or '.join(SUFFIXES)} fonts; see docs/training.md"
        raise DataError(msg)
    return found


def random_pen(fonts: list[Path], random: np.random.Generator) -> Pen:
    """A random pen with one of `fonts`, sized for word images of about 64 rows."""
    size = int(random.integers(34, 48))
    return Pen(
        font=fonts[int(random.integers(len(fonts)))],
        size=size,
        stroke=int(random.choice([0, 0, 0, 1, 1, 2])),
        joined=bool(random.random() < 0.5),
        spacing=float(random.choice([0.0, 0.03, 0.12, 0.3], p=[0.4, 0.3, 0.2, 0.1])),
        jitter=float(random.uniform(0, 0.05)),
    )


def supports(font: Path, text: str) -> bool:
    """Whether `font` has a glyph for every character of `text` (some lack signs or capitals)."""
    shapes = ImageFont.truetype(str(font), 24)
    # a font draws the same box for every character that it lacks
    absent = bytes(shapes.getmask("\uffff"))
    return all(bytes(shapes.getmask(c)) not in (absent, b"") for c in set(text))


def draw_text(text: str, pen: Pen, random: np.random.Generator) -> WordInk:
    """Draw `text` with `pen`, with room above and below the line."""
    font = ImageFont.truetype(str(pen.font), pen.size)
    ascent, descent = font.getmetrics()
    edge = pen.size
    length = sum(font.getlength(c) + max(0.0, pen.spacing) * pen.size for c in text)
    canvas = Image.new("L", (int(length * 1.3) + 2 * edge, ascent + descent + 2 * edge))
    brush = ImageDraw.Draw(canvas)
    if pen.joined:
        brush.text((edge, edge), text, fill=255, font=font, stroke_width=pen.stroke)
    else:
        x = float(edge)
        for character in text:
            y = edge + random.normal(0, pen.jitter) * pen.size
            brush.text((x, y), character, fill=255, font=font, stroke_width=pen.stroke)
            x += font.getlength(character) + random.normal(pen.spacing, 0.02) * pen.size
    box = canvas.getbbox() or (0, 0, 1, 1)
    coverage = np.asarray(canvas, dtype=np.float32)[:, box[0] : box[2]] / np.float32(255)
    top = font.getbbox("d", anchor="ls")[1]
    foot = font.getbbox("p", anchor="ls")[3]
    return WordInk(coverage, edge + ascent + int(top), edge + ascent + int(foot))
