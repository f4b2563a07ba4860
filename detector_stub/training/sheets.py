"""Sheets of paper: ruled, coloured, in coloured pens, of few pixels, and stuck onto others."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from numpy.typing import NDArray

RULED_SHARE = 0.12
"""Share of crops that get lines of ruled or squared paper."""

COLOURED_SHARE = 0.2
"""Share of crops that get a paper and a pen in colour; notes that are stuck on always do."""

COARSE_SHARE = 0.15
"""Share of crops that lose detail, as an enlarged picture of few pixels has none."""

MIN_COARSE_HEIGHT = 9.0
"""Pixels that a word keeps when its crop loses detail."""

_SEEN = 0.05
"""Share of a word that may be covered, or left over, without a letter of it being lost."""


@dataclass(frozen=True)
class Sheet:
    """A part of a page as it lies in a crop.

    Attributes:
        photo: RGB [side, side, 3].
        quads: corners [N, 4, 2] of the boxed ink that is visible, in pixels of the crop.
        legible: [N], false where a box holds ink that is not one legible word.
        ink: [side, side], 255 where ink could be a word, boxed or not, else 0.

    """

    photo: NDArray[np.uint8]
    quads: NDArray[np.float32]
    legible: NDArray[np.bool_]
    ink: NDArray[np.uint8]


@dataclass(frozen=True)
class Note:
    """Where a note is stuck: its middle (x, y) and size (width, height) in pixels, and its slope in degrees."""

    middle: tuple[float, float]
    size: tuple[float, float]
    slope: float

    def mask(self, side: int) -> NDArray[np.uint8]:
        """[side, side], 1 where the note lies, else 0."""
        corners = cv2.boxPoints((self.middle, self.size, self.slope))
        covered = np.zeros((side, side), np.uint8)
        return np.asarray(cv2.fillConvexPoly(covered, np.round(corners).astype(np.int32), 1))


def random_note(side: int, random: np.random.Generator) -> Note:
    """Somewhere on a crop of `side` pixels, mostly nearly upright."""
    x, y = random.uniform(0, side, 2).tolist()
    width = random.uniform(0.25, 0.7) * side
    slope = random.normal(0, 8) if random.random() < 0.7 else random.uniform(-40, 40)
    return Note((x, y), (width, width * float(np.exp(random.normal(0, 0.2)))), float(slope))


def stuck(sheet: Sheet, upper: Sheet, note: Note, random: np.random.Generator) -> Sheet:
    """`sheet` with what of `upper`, another sheet as large, is within `note`, which throws a shadow.

    Words at the edges that are partly covered or cut off become illegible.
    """
    mask = note.mask(len(sheet.photo))
    shift = np.asarray([(1, 0, random.normal(0, 4)), (0, 1, abs(random.normal(3, 3)))])
    shadow = cv2.GaussianBlur(cv2.warpAffine(mask, shift, mask.shape).astype(np.float32), (0, 0), 4)
    below = sheet.photo * (1 - np.float32(random.uniform(0, 0.4)) * shadow[:, :, None])
    on = mask[:, :, None] > 0
    kept, left = _visible(sheet, 1 - mask), _visible(upper, mask)
    return Sheet(
        np.where(on, coloured(upper.photo, random), below).astype(np.uint8),
        np.concatenate([kept.quads, left.quads]),
        np.concatenate([kept.legible, left.legible]),
        np.where(mask > 0, upper.ink, sheet.ink).astype(np.uint8),
    )


def _visible(sheet: Sheet, mask: NDArray[np.uint8]) -> Sheet:
    """`sheet` with the words that `mask` shows; of these, only whole ones are legible."""
    steps = np.linspace(0.05, 0.95, 9, dtype=np.float32)
    across = np.stack(np.meshgrid(steps, steps), axis=2).reshape(-1, 2)
    u, v = across[:, :1], across[:, 1:]
    corners = sheet.quads[:, :, None]
    upper = (corners[:, 0] * (1 - u) + corners[:, 1] * u) * (1 - v)
    points = upper + (corners[:, 3] * (1 - u) + corners[:, 2] * u) * v
    x, y = np.moveaxis(points.astype(int).clip(0, len(mask) - 1), 2, 0)
    share = mask[y, x].mean(axis=1)
    seen = share > _SEEN
    whole = sheet.legible & (share > 1 - _SEEN)
    return replace(sheet, quads=sheet.quads[seen], legible=whole[seen])


def coloured(photo: NDArray[np.uint8], random: np.random.Generator) -> NDArray[np.uint8]:
    """Another paper and pen: the ink in a colour, some of it faint, the ground in another."""
    pen = random.uniform(0.2, 1.0, 3) * random.uniform(0.45, 1.1)
    hue = [random.integers(180), random.integers(15, 170), random.integers(170, 256)]
    paper = cv2.cvtColor(np.asarray([[hue]], np.uint8), cv2.COLOR_HSV2RGB)[0, 0] / 255
    ink = (255.0 - photo.astype(np.float32)) * pen.astype(np.float32)
    return np.asarray(((255.0 - ink) * paper.astype(np.float32)).clip(0, 255), np.uint8)


def ruled(
    photo: NDArray[np.uint8], word_height: float, random: np.random.Generator
) -> NDArray[np.uint8]:
    """Level, upright or crossed lines at equal distances, nearly as dark as ink at most."""
    side = len(photo)
    turn = np.deg2rad(random.normal(0, 2))
    colour = random.uniform(0.1, 0.9, 3).astype(np.float32)
    lines = np.zeros((side, side), np.float32)
    ways = ((0.0,), (np.pi / 2,), (0.0, np.pi / 2))[int(random.integers(3))]
    spacing = word_height * random.uniform(0.4, 1.8)
    width = random.uniform(0.7, 1.0 + word_height / 30)
    ys, xs = np.mgrid[:side, :side].astype(np.float32)
    for way in ways:
        place = np.sin(turn + way) * xs + np.cos(turn + way) * ys + random.uniform(0, spacing)
        beside = np.abs(np.remainder(place, spacing) - spacing / 2)
        lines = np.maximum(lines, (width / 2 + 0.5 - beside).clip(0, 1))
    lines *= np.float32(random.uniform(0.15, 0.8))
    return np.asarray(photo * (1 - lines[:, :, None] * (1 - colour)), np.uint8)


def coarse(
    photo: NDArray[np.uint8], word_height: float, random: np.random.Generator
) -> NDArray[np.uint8]:
    """The photo made smaller, compressed, and enlarged again."""
    most = min(3.0, word_height / MIN_COARSE_HEIGHT)
    if most <= 1:
        return photo
    small = round(len(photo) / random.uniform(1, most))
    picture = cv2.resize(photo, (small, small), interpolation=cv2.INTER_AREA)
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=int(random.integers(30, 95)))
    read = np.asarray(Image.open(file))
    return np.asarray(cv2.resize(read, photo.shape[1::-1], interpolation=cv2.INTER_LINEAR))


def on_paper(sheet: Sheet, word_height: float, random: np.random.Generator) -> Sheet:
    """`sheet`, perhaps ruled, in colour, or of few pixels; its words are `word_height` pixels high."""
    photo = sheet.photo
    if random.random() < COLOURED_SHARE:
        photo = coloured(photo, random)
    if random.random() < RULED_SHARE:
        photo = ruled(photo, word_height, random)
    if random.random() < COARSE_SHARE:
        photo = coarse(photo, word_height, random)
    return replace(sheet, photo=photo)
