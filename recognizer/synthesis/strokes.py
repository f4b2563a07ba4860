"""Word ink drawn from recorded pen strokes.

The file is an archive of NumPy arrays (.npz): `points` int16 [N, 2] (x to the right, y down, in
1/32 unit), `starts` packed bits (1 where a stroke begins), `offsets` [words + 1] into points,
`text` [words] and `style` [words].
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

from recognizer.errors import DataError
from recognizer.files.printable import in_brackets, plainly
from recognizer.synthesis.ink import WordInk

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

UNIT = 32
"""Stored steps in one unit."""

LINE = (-9.5, 8.5)
"""Top and foot of a line of writing, in units."""

_SUPERSAMPLING = 3
"""Factor by which strokes are drawn larger and then scaled down, for smooth edges."""


@dataclass(frozen=True)
class Strokes:
    """One word: its text, its writer, and its strokes as points [n, 2] in units."""

    text: str
    style: str
    lines: list[NDArray[np.float64]]


def read_strokes(path: Path) -> list[Strokes]:
    """Read all words of an archive.

    Raises:
        DataError: the file is missing, damaged, or lacks an array.

    """
    try:
        with np.load(path, allow_pickle=False) as held:
            points = held["points"].astype(np.float64) / UNIT
            starts = np.flatnonzero(np.unpackbits(held["starts"])[: len(points)])
            offsets, texts, styles = held["offsets"], held["text"], held["style"]
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile) as error:
        msg = f"{path}: not an archive of pen strokes{in_brackets(plainly(error))}; see docs/training.md"
        raise DataError(msg) from error
    words = []
    for index, (first, last) in enumerate(pairwise(offsets)):
        inner = starts[np.searchsorted(starts, first + 1) : np.searchsorted(starts, last)]
        lines = np.split(points[first:last], inner - first)
        words.append(Strokes(str(texts[index]), f"style{styles[index]}", lines))
    return words


def draw_strokes(word: Strokes, random: np.random.Generator) -> WordInk:
    """Draw `word` with random slant, proportions and pen width, so that a style varies."""
    scale = float(random.uniform(2.6, 3.6)) * _SUPERSAMPLING
    wide, slant = float(random.uniform(0.8, 1.3)), float(random.normal(0, 0.12))
    pen = max(1, round(float(random.uniform(0.35, 1.5)) * scale))
    low, high = np.concatenate(word.lines).min(axis=0), np.concatenate(word.lines).max(axis=0)
    top, foot = min(low[1], LINE[0]) - 3, max(high[1], LINE[1]) + 3
    reach = abs(slant) * (foot - top) + 3
    columns = round((wide * (high[0] - low[0]) + 2 * reach) * scale)
    canvas = Image.new("L", (columns, round((foot - top) * scale)))
    brush = ImageDraw.Draw(canvas)
    for line in word.lines:
        x = (wide * (line[:, 0] - low[0]) - slant * line[:, 1] + reach) * scale
        y = (line[:, 1] - top) * scale
        _stroke(brush, list(zip(x.tolist(), y.tolist(), strict=True)), pen)
    small = canvas.resize(
        (columns // _SUPERSAMPLING, canvas.height // _SUPERSAMPLING), Image.Resampling.BOX
    )
    box = small.getbbox() or (0, 0, 1, 1)
    coverage = np.asarray(small, dtype=np.float32)[:, box[0] : box[2]] / np.float32(255)
    size = scale / _SUPERSAMPLING
    return WordInk(coverage, round((LINE[0] - top) * size), round((LINE[1] - top) * size))


def _stroke(brush: ImageDraw.ImageDraw, points: list[tuple[float, float]], pen: int) -> None:
    """Draw a line with round ends and corners."""
    brush.line(points, fill=255, width=pen, joint="curve")
    half = pen / 2
    for x, y in (points[0], points[-1]):
        brush.ellipse((x - half, y - half, x + half, y + half), fill=255)
