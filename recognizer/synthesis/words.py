"""Synthetic word images: ink rendered as a crop of a photo, and their zip files."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from recognizer.datasets.table import LABELS
from recognizer.errors import DataError
from recognizer.files.partial_output import writing
from recognizer.synthesis.fonts import draw_text, random_pen, supports
from recognizer.synthesis.strokes import Strokes, draw_strokes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from recognizer.synthesis.ink import WordInk
    from recognizer.synthesis.vocabulary import Vocabulary


_MARKED = 0.05
"""Share of words behind a checkbox or a bullet, as lists have them; it is not part of the text."""

_MIN_ROWS = 16
"""Rows below which a crop close to the ink is taken as high as its line instead."""


def draw_word(
    text: str, fonts: list[Path], random: np.random.Generator
) -> tuple[NDArray[np.uint8], str]:
    """A grey word image [rows, columns] of `text`, and the name of the font that it is drawn in.

    Raises:
        DataError: no font has all the characters of `text`.

    """
    pen = random_pen(fonts, random)
    while not supports(pen.font, text):
        if not any(supports(font, text) for font in fonts):
            msg = f"{text!r}: no font in {pen.font.parent} has all of its characters"
            raise DataError(msg)
        pen = random_pen(fonts, random)
    return render(draw_text(text, pen, random), random), pen.font.stem


def render(ink: WordInk, random: np.random.Generator, marked: float = _MARKED) -> NDArray[np.uint8]:
    """Render `ink` as a detector would cut it from a photo: grey levels [rows, columns].

    With a probability of `marked`, the word stands behind a checkbox or a bullet.
    """
    if random.random() < marked:
        coverage = np.concatenate([_mark(ink, random), ink.coverage], axis=1)
        ink = ink._replace(coverage=coverage)
    return _photograph(_crop(ink, random), random)


def _mark(ink: WordInk, random: np.random.Generator) -> NDArray[np.float32]:
    """Coverage of a checkbox, ticked or not, or of a bullet, as high as `ink`."""
    coverage, top, foot = ink
    size = (foot - top) * random.uniform(0.4, 0.95)
    pen = max(1, round((foot - top) * random.uniform(0.03, 0.08)))
    y = top + (foot - top - size) * random.uniform(0.2, 1)
    canvas = Image.new("L", (int(size + (foot - top) * 0.5), len(coverage)))
    brush = ImageDraw.Draw(canvas)

    def place(across: float, down: float) -> tuple[float, float]:
        jitter = random.normal(0, 0.06, 2)
        return size * (0.15 + across + jitter[0]), y + size * (down + jitter[1])

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


def _crop(ink: WordInk, random: np.random.Generator) -> NDArray[np.float32]:
    """Crop as a detector would: mostly as high as the line, sometimes close to the ink."""
    coverage, top, foot = ink
    rows = np.flatnonzero(coverage.max(axis=1) > 0.2)
    first, last = (int(rows[0]), int(rows[-1]) + 1) if len(rows) else (top, foot)
    if random.random() < 0.7:
        first, last = min(first + 2, top), max(last - 2, foot)
    height = last - first
    if height < _MIN_ROWS:  # a dash: cropped so closely, it would be enlarged to a smear
        first, last = min(first, top), max(last, foot)
        height = last - first
    above, below, left, right = (random.uniform(-0.02, 0.22, 4) * height).round().astype(int)
    padded = np.pad(coverage, ((height, height), (height, height)))
    columns = coverage.shape[1] + height
    return padded[first + height - above : last + height + below, height - left : columns + right]


def _photograph(coverage: NDArray[np.float32], random: np.random.Generator) -> NDArray[np.uint8]:
    """Photograph ink on paper: uneven pen, soft focus, any contrast, grain."""
    sharp = Image.fromarray((coverage * 255).astype(np.uint8))
    coverage = np.asarray(
        sharp.filter(ImageFilter.GaussianBlur(float(random.uniform(0.2, 1.6)))), np.float32
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
class DrawnWord:
    """A synthetic word: grey levels [rows, columns], its text, and its font, style or hand."""

    image: NDArray[np.uint8]
    text: str
    hand: str


WordSource: TypeAlias = "Callable[[np.random.Generator], DrawnWord]"
"""Draws a random word each time it is called."""


def font_source(vocabulary: Vocabulary, fonts: list[Path]) -> WordSource:
    """A source of texts of `vocabulary`, drawn in `fonts`."""

    def draw(random: np.random.Generator) -> DrawnWord:
        text = vocabulary.draw(random)
        image, font = draw_word(text, fonts, random)
        return DrawnWord(image, text, font)

    return draw


def stroke_source(words: list[Strokes]) -> WordSource:
    """A source of words drawn from recorded pen strokes."""

    def draw(random: np.random.Generator) -> DrawnWord:
        word = words[int(random.integers(len(words)))]
        return DrawnWord(render(draw_strokes(word, random), random), word.text, word.style)

    return draw


def write_words(
    out: Path,
    count: int,
    draw: WordSource,
    seed: int,
    progress: Callable[[int], None],
) -> None:
    """Draw `count` labelled words into the zip file `out`, in the format of `datasets.table`.

    Args:
        out: written under a temporary name first, so that it is never incomplete.
        count: number of words.
        draw: draws the words, for example a `font_source`.
        seed: random seed.
        progress: called after each word with the number of words done.

    Raises:
        DataError: the file cannot be written.

    """
    random = np.random.default_rng(seed)
    partial = out.with_name(out.name + ".part")
    labels = []
    with writing(out, partial), zipfile.ZipFile(partial, "w", zipfile.ZIP_STORED) as archive:
        for index in range(count):
            word = draw(random)
            name = f"{index // 1000:04d}/{index:07d}.webp"
            buffer = io.BytesIO()
            Image.fromarray(word.image).save(buffer, "WEBP", quality=80, method=0)
            archive.writestr(name, buffer.getvalue())
            labels.append(f"{name}\t{word.text}\t{word.hand}\n")
            progress(index + 1)
        archive.writestr(LABELS, "".join(labels))
    with writing(out, partial):
        partial.replace(out)
