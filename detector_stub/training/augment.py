"""Augmentation: random crops of pages, in another perspective, focus and light."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from detector_stub.training import sheets, targets

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from detector_stub.training.pages import LoadedPage
    from detector_stub.training.targets import Targets

HEIGHTS = (22.0, 80.0)
"""Pixels between which the page's typical word is drawn, on a log scale: some more on both sides
than the detector looks for at one of its scales."""

MAX_SCALE = 4.0
"""Pixels of the crop for a pixel of the page, at most."""

MIN_WORD_HEIGHT = 8.0
"""Pixels of the page; lower words are not enlarged to fill the range."""

WORD_SHARE = 0.85
"""Share of crops that hold a word for certain; the others show any part of the page."""

NOTES_SHARE = 0.25
"""Share of crops with notes stuck onto them."""

MAX_NOTES = 4
"""Notes on such a crop at most."""

_GREY = (90, 90, 90)
"""Colour beside the page in half of the crops; in the others the page's edge is continued."""


@dataclass(frozen=True)
class Crop:
    """A training example.

    Attributes:
        photo: RGB [side, side, 3], 0..1.
        quads: corners [N, 4, 2] of the boxed ink that is visible, in pixels of the crop.
        targets: see `targets.Targets`.

    """

    photo: NDArray[np.float32]
    quads: NDArray[np.float32]
    targets: Targets


def random_crop(
    page: LoadedPage,
    side: int,
    random: np.random.Generator,
    another: Callable[[], LoadedPage] | None = None,
) -> Crop:
    """A crop of `side` × `side` pixels (a multiple of MULTIPLE), which `random` alone decides.

    With `another`, which draws pages, some crops have notes of other pages stuck onto them.
    """
    scale = _scale(page.word_height, random)
    sheet = _sheet(page, side, scale, random, (side / 2, side / 2))
    if another and random.random() < NOTES_SHARE:
        for _ in range(int(random.integers(1, MAX_NOTES + 1))):
            note = sheets.random_note(side, random)
            written = another()
            finer = _scale(written.word_height, random)
            upper = _sheet(written, side, finer, random, note.middle, note.slope)
            sheet = sheets.stuck(sheet, upper, note, random)
    sheet = sheets.on_paper(sheet, scale * page.word_height, random)
    drawn = targets.draw(sheet.quads, sheet.legible, (sheet.ink > 60).astype(np.uint8))
    return Crop(relit(sheet.photo, random), sheet.quads, drawn)


def _sheet(
    page: LoadedPage,
    side: int,
    scale: float,
    random: np.random.Generator,
    middle: tuple[float, float],
    slope: float = 0.0,
) -> sheets.Sheet:
    """A part of a page in a crop, around `middle`, (x, y) of the crop, turned by about `slope` degrees."""
    view = _shift(middle[0], middle[1]) @ _view(page, side, scale, random, slope)
    seen = _moved(page.quads, view)
    visible = ((seen.max(axis=1) > 0) & (seen.min(axis=1) < side)).all(axis=1)
    border = cv2.BORDER_CONSTANT if random.random() < 0.5 else cv2.BORDER_REPLICATE
    photo = _warped(page.photo, view, scale, side, border)
    # 255, so that a cell counts as doubtful by the share of it that is covered
    ink = _warped(page.doubtful * np.uint8(255), view, scale, side, cv2.BORDER_CONSTANT)
    return sheets.Sheet(photo, seen[visible], page.legible[visible], ink)


def _scale(height: float, random: np.random.Generator) -> float:
    """Pixels of the crop a pixel of the page, for a page whose words are `height` pixels high."""
    wanted = np.exp(random.uniform(*np.log(HEIGHTS)))
    return float(min(MAX_SCALE, wanted / max(height, MIN_WORD_HEIGHT)))


def _view(
    page: LoadedPage, side: int, scale: float, random: np.random.Generator, turn: float
) -> NDArray[np.float64]:
    """The matrix [3, 3] that takes a page to a crop with (0, 0) in its middle: turned, stretched, leaning, in perspective.

    Points are distances from the upper left corner of the upper left pixel, on both sides.
    """
    if len(page.quads) and random.random() < WORD_SHARE:
        middle = page.quads[random.integers(len(page.quads))].mean(axis=0)
        centre = middle + random.uniform(-0.3, 0.3, 2) * side / scale
    else:
        centre = random.uniform(0, page.photo.shape[1::-1])
    slope = random.normal(0, 6) if random.random() < 0.8 else random.uniform(-30, 30)
    sine, cosine = np.sin(np.deg2rad(slope + turn)), np.cos(np.deg2rad(slope + turn))
    shape = np.asarray([(np.exp(random.normal(0, 0.08)), random.normal(0, 0.06)), (0, 1)])
    way = np.eye(3)
    way[:2, :2] = scale * np.asarray([(cosine, -sine), (sine, cosine)]) @ shape
    # in perspective: across the crop, the scale changes by a few per cent
    tilt = np.eye(3)
    tilt[2, :2] = random.normal(0, 0.04, 2).clip(-0.1, 0.1) / side
    return np.asarray(tilt @ way @ _shift(*-centre))


def _shift(x: float, y: float) -> NDArray[np.float64]:
    return np.asarray([(1, 0, x), (0, 1, y), (0, 0, 1)], np.float64)


def _moved(quads: NDArray[np.float32], view: NDArray[np.float64]) -> NDArray[np.float32]:
    points = np.concatenate([quads.reshape(-1, 2), np.ones((quads.size // 2, 1))], axis=1)
    moved = points @ view.T
    # what is ten crops away may lie behind the camera: any point outside the crop will do for it
    depth = moved[:, 2:].clip(1e-3)
    return np.asarray(moved[:, :2] / depth, np.float32).reshape(-1, 4, 2)


def _warped(
    picture: NDArray[np.uint8], view: NDArray[np.float64], scale: float, side: int, border: int
) -> NDArray[np.uint8]:
    """The crop [side, side, ...] of `picture` that `view` shows."""
    if scale < 1:
        # as the detector shrinks photos; warping alone would skip pixels, and thin strokes with them
        size = [max(1, round(scale * length)) for length in picture.shape[1::-1]]
        sizes = np.asarray([*picture.shape[1::-1], 1]) / [*size, 1]
        picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
        view = view * sizes
    # OpenCV counts from the middle of the first pixel
    matrix = _shift(-0.5, -0.5) @ view @ _shift(0.5, 0.5)
    beside = _GREY if picture.ndim == 3 else (0,)
    warped = cv2.warpPerspective(
        picture, matrix, (side, side), flags=cv2.INTER_LINEAR, borderMode=border, borderValue=beside
    )
    return np.asarray(warped, np.uint8)


def relit(photo: NDArray[np.uint8], random: np.random.Generator) -> NDArray[np.float32]:
    """The crop out of focus, in another light, by another camera; levels 0..1."""
    levels = photo.astype(np.float32)
    if random.random() < 0.3:
        levels = np.asarray(cv2.GaussianBlur(levels, (0, 0), random.uniform(0.4, 1.6)))
    gamma = np.float32(np.exp(random.normal(0, 0.25)))
    levels = np.asarray(np.clip(levels / 255, 1e-3, 1) ** gamma, np.float32)
    contrast, brightness = random.uniform(0.6, 1.2), random.normal(0, 0.08)
    levels = (levels - 0.5) * np.float32(contrast) + np.float32(0.5 + brightness)
    levels *= 1 + random.normal(0, 0.05, 3).astype(np.float32)  # the lamp's colour
    if random.random() < 0.5:  # light from one side
        start, end = random.uniform(0.7, 1.1, 2).tolist()
        levels *= np.linspace(start, end, photo.shape[1], dtype=np.float32)[None, :, None]
    if random.random() < 0.4:
        noise = random.standard_normal(levels.shape, dtype=np.float32)
        levels += noise * np.float32(random.uniform(0.005, 0.04))
    if random.random() < 0.04:  # a blackboard
        levels = 1 - levels
    if random.random() < 0.15:
        levels = levels.mean(axis=2, keepdims=True).repeat(3, axis=2)
    return np.clip(levels, 0, 1)
