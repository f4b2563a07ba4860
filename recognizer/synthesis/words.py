"""Synthetic word images, drawn from fonts onto paper and boards."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from recognizer.datasets.table import LABELS
from recognizer.errors import DataError
from recognizer.synthesis import fonts as handwriting
from recognizer.synthesis import strokes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from recognizer.synthesis.vocabulary import Vocabulary


_BOXED = 0.05
"""Share of words behind a box to tick or a bullet, as lists have them; it is no text."""

_LOWEST = 16
"""Rows that a cut close to the ink has at least; lower ink is cut as high as its line."""


def draw_word(
    text: str, fonts: list[Path], random: np.random.Generator
) -> tuple[NDArray[np.uint8], str]:
    """A grey word image and the name of the font it is drawn in.

    Raises:
        DataError: no font has all the characters of `text`.

    """
    pen = handwriting.random_pen(fonts, random)
    while not handwriting.supports(pen.font, text):
        if not any(handwriting.supports(font, text) for font in fonts):
            msg = f"{text!r}: no font in {pen.font.parent} has all of its characters"
            raise DataError(msg)
        pen = handwriting.random_pen(fonts, random)
    ink, top, foot = handwriting.draw(text, pen, random)
    return picture(ink, top, foot, random), pen.font.stem


def picture(
    ink: NDArray[np.float32],
    top: int,
    foot: int,
    random: np.random.Generator,
    boxed: float = _BOXED,
) -> NDArray[np.uint8]:
    """What a detector would cut from a photo of `ink`, whose line is from row `top` to `foot`.

    With odds of `boxed`, the word stands behind a box to tick or a bullet.
    """
    if random.random() < boxed:
        ink = np.concatenate([_mark(ink, top, foot, random), ink], axis=1)
    return _photograph(_cut(ink, top, foot, random), random)


def _mark(
    ink: NDArray[np.float32], top: int, foot: int, random: np.random.Generator
) -> NDArray[np.float32]:
    """A box, ticked or not, or a bullet, as high as `ink`."""
    size = (foot - top) * random.uniform(0.4, 0.95)
    pen = max(1, round((foot - top) * random.uniform(0.03, 0.08)))
    y = top + (foot - top - size) * random.uniform(0.2, 1)
    canvas = Image.new("L", (int(size + (foot - top) * 0.5), len(ink)))
    brush = ImageDraw.Draw(canvas)

    def place(across: float, down: float) -> tuple[float, float]:
        shaky = random.normal(0, 0.06, 2)
        return size * (0.15 + across + shaky[0]), y + size * (down + shaky[1])

    if random.random() < 0.75:
        start = place(0, 0)
        corners = [start, place(1, 0), place(1, 1), place(0, 1), start]
        brush.line(corners, fill=255, width=pen, joint="curve")
        if random.random() < 0.6:
            tick = [place(0.2, 0.5), place(0.45, 0.85), place(1.05, -0.1)]
            brush.line(tick, fill=255, width=pen, joint="curve")
    else:
        fill = 255 if random.random() < 0.6 else None
        radius = max(2.0, size * random.uniform(0.08, 0.3))
        brush.circle(place(0.5, 0.5), radius, fill=fill, outline=255, width=pen)
    return np.asarray(canvas, np.float32) / np.float32(255 / random.uniform(0.6, 1.0))


def _cut(
    ink: NDArray[np.float32], top: int, foot: int, random: np.random.Generator
) -> NDArray[np.float32]:
    """Cut as a detector would: mostly as high as the line, sometimes close to the ink."""
    rows = np.flatnonzero(ink.max(axis=1) > 0.2)
    first, last = (int(rows[0]), int(rows[-1]) + 1) if len(rows) else (top, foot)
    if random.random() < 0.7:
        first, last = min(first + 2, top), max(last - 2, foot)
    height = last - first
    if height < _LOWEST:  # a dash: cut so close, it would be blown up to a smear
        first, last = min(first, top), max(last, foot)
        height = last - first
    above, below, left, right = (random.uniform(-0.02, 0.22, 4) * height).round().astype(int)
    padded = np.pad(ink, ((height, height), (height, height)))
    columns = ink.shape[1] + height
    return padded[first + height - above : last + height + below, height - left : columns + right]


def _photograph(ink: NDArray[np.float32], random: np.random.Generator) -> NDArray[np.uint8]:
    """Ink on a ground as a camera sees it: uneven pen, soft focus, any contrast."""
    picture = Image.fromarray((ink * 255).astype(np.uint8))
    coverage = np.asarray(
        picture.filter(ImageFilter.GaussianBlur(float(random.uniform(0.2, 1.6)))), np.float32
    )
    rows, columns = coverage.shape
    coarse = random.uniform(0.65, 1.0, (max(2, rows // 12), max(2, columns // 12)))
    texture = Image.fromarray(coarse.astype(np.float32)).resize((columns, rows))
    ground = random.uniform(120, 245)
    contrast = ground * random.uniform(0.2, 0.95)
    grey = ground - contrast * coverage / 255 * np.asarray(texture)
    grey += random.normal(0, random.uniform(0, 4), grey.shape)
    return np.asarray(grey.clip(0, 255), dtype=np.uint8)


@dataclass(frozen=True)
class Drawn:
    """A drawn word: grey picture, its text, and the font or style it is drawn in."""

    picture: NDArray[np.uint8]
    text: str
    hand: str


def from_fonts(vocabulary: Vocabulary, fonts: list[Path]) -> Callable[[np.random.Generator], Drawn]:
    """A source of words that `vocabulary` says, drawn in `fonts`."""

    def draw(random: np.random.Generator) -> Drawn:
        text = vocabulary.draw(random)
        drawn, font = draw_word(text, fonts, random)
        return Drawn(drawn, text, font)

    return draw


def from_strokes(words: list[strokes.Strokes]) -> Callable[[np.random.Generator], Drawn]:
    """A source of words that were written as pen strokes."""

    def draw(random: np.random.Generator) -> Drawn:
        word = words[int(random.integers(len(words)))]
        return Drawn(picture(*strokes.draw(word, random), random), word.text, word.style)

    return draw


def write_words(
    out: Path,
    count: int,
    draw: Callable[[np.random.Generator], Drawn],
    seed: int,
    progress: Callable[[int], None],
) -> None:
    """Draw `count` labelled words into the zip file `out`; read it with `datasets.table`.

    Args:
        out: written under a temporary name first, so a half-made file never counts as complete.
        count: how many words.
        draw: where the words come from, see `from_fonts` and `from_strokes`.
        seed: the same seed draws the same words.
        progress: called with the number of words done.

    """
    random = np.random.default_rng(seed)
    partial = out.with_name(out.name + ".part")
    labels = []
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_STORED) as archive:
        for index in range(count):
            word = draw(random)
            name = f"{index // 1000:04d}/{index:07d}.webp"
            buffer = io.BytesIO()
            Image.fromarray(word.picture).save(buffer, "WEBP", quality=80, method=0)
            archive.writestr(name, buffer.getvalue())
            labels.append(f"{name}\t{word.text}\t{word.hand}\n")
            progress(index + 1)
        archive.writestr(LABELS, "".join(labels))
    partial.replace(out)
