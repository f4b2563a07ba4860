"""Words as pen strokes, drawn with any pen.

An archive of NumPy arrays: `points` int16 [N, 2] (x to the right, y down, 1/32 unit), `starts`
packed bits (1 where a stroke begins), `offsets` [words + 1] into points, `text`, `style`.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

from recognizer.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

UNIT = 32
"""Stored steps of one unit."""

LINE = (-9.5, 8.5)
"""Top and foot of a line of writing, in units."""

_FINER = 3
"""Strokes are drawn this many times larger and scaled down, for smooth edges."""


@dataclass(frozen=True)
class Strokes:
    """One word: its text, who wrote it, and its strokes as points [n, 2] in units."""

    text: str
    style: str
    lines: list[NDArray[np.float64]]


def read_strokes(path: Path) -> list[Strokes]:
    """All words of an archive.

    Raises:
        DataError: missing, damaged, or without the arrays that are needed.
    """
    try:
        with np.load(path, allow_pickle=False) as held:
            points = held["points"].astype(np.float64) / UNIT
            starts = np.flatnonzero(np.unpackbits(held["starts"])[: len(points)])
            offsets, texts, styles = held["offsets"], held["text"], held["style"]
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        msg = f"{path}: not an archive of pen strokes ({error})"
        raise DataError(msg) from error
    words = []
    for index, (first, last) in enumerate(pairwise(offsets)):
        inner = starts[np.searchsorted(starts, first + 1) : np.searchsorted(starts, last)]
        lines = np.split(points[first:last], inner - first)
        words.append(Strokes(str(texts[index]), f"style{styles[index]}", lines))
    return words


def draw(word: Strokes, random: np.random.Generator) -> tuple[NDArray[np.float32], int, int]:
    """Ink of a word: coverage 0..1 [rows, columns] cut at its sides, and its line's top and foot.

    Slant, proportions and pen width vary, so that a style is more than one hand.
    """
    scale = float(random.uniform(2.6, 3.6)) * _FINER
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
    small = canvas.resize((columns // _FINER, canvas.height // _FINER), Image.Resampling.BOX)
    box = small.getbbox() or (0, 0, 1, 1)
    ink = np.asarray(small, dtype=np.float32)[:, box[0] : box[2]] / np.float32(255)
    size = scale / _FINER
    return ink, round((LINE[0] - top) * size), round((LINE[1] - top) * size)


def _stroke(brush: ImageDraw.ImageDraw, points: list[tuple[float, float]], pen: int) -> None:
    """A line with round ends and corners."""
    brush.line(points, fill=255, width=pen, joint="curve")
    half = pen / 2
    for x, y in (points[0], points[-1]):
        brush.ellipse((x - half, y - half, x + half, y + half), fill=255)
