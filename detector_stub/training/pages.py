"""Pages: photos with the boxes of their words, for training and evaluation.

A folder holds NAME.json beside NAME.webp, .jpg, .jpeg or .png: {"photo", "width", "height",
"words": [{"text", "box", "poly"}]} in pixels of the upright picture. `text` is null where boxed ink
is not one legible word. `poly` (the word's four corners, clockwise from the upper left one) and
`box` (left, top, right, bottom) may be null or missing. A missing box proves no emptiness.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import cv2
import numpy as np

from detector_stub.boxes import DetectorError
from detector_stub.detectors import ink
from detector_stub.inference import postprocessing
from detector_stub.json_file import NotJsonError, parsed, shown
from recognizer.inference import picture_file
from recognizer.inference.limits import LimitError, Limits
from recognizer.inference.upright import on_paper, turned

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

ENDINGS = (".webp", ".jpg", ".jpeg", ".png")

MARGIN = 0.12
"""Share of its height that is added around a word that has a box only: such boxes are tight, while
a word is cut with a margin when it is read."""

DEFAULT_WORD_HEIGHT = 34.0
"""Pixels that a word is taken to be high on a photo without words."""

MAX_INK_HEIGHT = 2.2
"""Typical word heights. Connected ink that is taller is a drawing and certain not to be a word."""

MAX_INK_WIDTH = 9.0
"""Typical word heights. Connected ink that is wider is a drawing, too."""

MIN_INK_SIZE = 0.3
"""Typical word heights. Connected ink that is lower and narrower is dirt."""

CACHE_BYTES = 2 * 10**9
"""Memory for pages; those beyond are read again whenever they are drawn."""


class PageError(DetectorError):
    """A folder of pages that cannot be used; names the file, the key and the fault."""

    exit_code = 2


@dataclass(frozen=True)
class LoadedPage:
    """A page in memory.

    Attributes:
        photo: RGB [rows, columns, 3].
        quads: corners [N, 4, 2] of the boxed ink, in pixels of the photo.
        legible: [N], false where a box holds ink that is not one legible word.
        doubtful: [rows, columns], 1 where ink could be a word, boxed or not, else 0.

    """

    photo: NDArray[np.uint8]
    quads: NDArray[np.float32]
    legible: NDArray[np.bool_]
    doubtful: NDArray[np.uint8]

    @cached_property
    def word_height(self) -> float:
        """Typical height of the page's words, in pixels."""
        return _word_height(self.quads)


@dataclass(frozen=True)
class Page:
    """A page whose picture is on disk.

    Attributes:
        picture: file of the photo.
        size: (width, height) that the photo must have.
        quads: corners [N, 4, 2] of the boxed ink, with a margin.
        legible: [N], see `LoadedPage`.
        boxes: [M, 4] as given in the file, without a margin, to evaluate on.
        limits: of the picture.

    """

    picture: Path
    size: tuple[int, int]
    quads: NDArray[np.float32]
    legible: NDArray[np.bool_]
    boxes: NDArray[np.float64]
    limits: Limits = Limits()

    def photo(self) -> NDArray[np.uint8]:
        """The upright picture, RGB [rows, columns, 3]; raises PageError."""
        try:
            with picture_file.opened(self.picture, self.limits) as image:
                pixels = np.asarray(on_paper(turned(image)).convert("RGB"))
        except (LimitError, picture_file.FormatError) as error:
            msg = f"{self.picture}: {error}"
            raise PageError(msg) from error
        except Exception as error:  # decoders raise any on damaged files
            said = error.strerror if isinstance(error, OSError) else None
            msg = f"{self.picture}: cannot read the picture ({said or 'damaged or cut off'})"
            raise PageError(msg) from error
        found = (pixels.shape[1], pixels.shape[0])
        if found != self.size:
            file = self.picture.with_suffix(".json")
            msg = f"{self.picture}: {_shown(found)} pixels, but {file} says {_shown(self.size)}"
            raise PageError(msg)
        return pixels

    def open(self) -> LoadedPage:
        """The page with its picture and its doubtful ink; raises PageError."""
        photo = self.photo()
        return LoadedPage(photo, self.quads, self.legible, doubtful(photo, self.quads))


class PageCache:
    """Pages that are opened when first asked for, and kept in memory as long as there is room."""

    def __init__(self, pages: Sequence[Page], memory: int = CACHE_BYTES) -> None:
        """Keep `memory` bytes at most; no page is dropped again, because all are drawn alike."""
        self._pages, self._room = pages, memory
        self._kept: dict[int, LoadedPage] = {}

    def __len__(self) -> int:
        """Pages."""
        return len(self._pages)

    def __getitem__(self, number: int) -> LoadedPage:
        """Page `number`; raises PageError."""
        if number in self._kept:
            return self._kept[number]
        page = self._pages[number].open()
        size = page.photo.nbytes + page.doubtful.nbytes
        if size <= self._room:
            self._room -= size
            self._kept[number] = page
        return page


def read(folder: Path, limits: Limits = Limits()) -> list[Page]:
    """The pages of a folder, by name; pictures must exist but are not opened. `limits` are theirs.

    Raises:
        PageError: no such folder, no page in it, or a page without picture or of another form.

    """
    if not folder.is_dir():
        msg = f"{folder}: no such folder of pages"
        raise PageError(msg)
    found = [_page(file, limits) for file in sorted(folder.glob("*.json"))]
    if not found:
        msg = f"{folder}: holds no page; expected NAME.json beside NAME.webp or NAME.jpg"
        raise PageError(msg)
    return found


def doubtful(photo: NDArray[np.uint8], quads: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Map of `photo` that is 1 where ink could be a word, else 0; see `LoadedPage`.

    Drawings and specks are left out, unless they lie in one of the `quads`.
    """
    strokes = ink.strokes(photo)
    height = _word_height(quads)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(strokes, connectivity=8)
    wide, tall = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    sure = (tall > MAX_INK_HEIGHT * height) | (wide > MAX_INK_WIDTH * height)
    sure |= np.maximum(tall, wide) < MIN_INK_SIZE * height
    sure[0] = False  # the ground
    boxed = np.zeros(strokes.shape, np.uint8)
    for quad in quads:
        cv2.fillConvexPoly(boxed, np.round(quad).astype(np.int32), 1)
    certain = sure[labels]
    # a letter's surroundings are as doubtful as its strokes, but not where a drawing passes
    around = cv2.dilate(((strokes > 0) & ~certain).astype(np.uint8), np.ones((5, 5), np.uint8))
    drawing = cv2.dilate((certain & (boxed == 0)).astype(np.uint8), np.ones((3, 3), np.uint8))
    return np.where(drawing > 0, 0, around).astype(np.uint8)


def _word_height(quads: NDArray[np.float32]) -> float:
    return (
        float(np.median(postprocessing.frame(quads).height)) if len(quads) else DEFAULT_WORD_HEIGHT
    )


def _page(file: Path, limits: Limits) -> Page:
    """The page that `file` describes; raises PageError."""
    pictures = [file.with_suffix(ending) for ending in ENDINGS]
    picture = next((path for path in pictures if path.is_file()), None)
    if picture is None:
        msg = f"{file}: no picture beside it; expected {file.stem}.webp or {file.stem}.jpg"
        raise PageError(msg)
    try:
        described = _held(file)
        size = (_side(described, "width"), _side(described, "height"))
        words = [_word(word, f"words[{i}]") for i, word in enumerate(_list(described, "words"))]
    except (ValueError, TypeError) as error:
        msg = f"{file}: {error}"
        raise PageError(msg) from error
    quads = [(quad, legible) for quad, _, legible in words if quad is not None]
    return Page(
        picture,
        size,
        np.asarray([quad for quad, _ in quads], np.float32).reshape(-1, 4, 2),
        np.asarray([legible for _, legible in quads], np.bool_),
        np.asarray([box for _, box, _ in words if box is not None], np.float64).reshape(-1, 4),
        limits,
    )


def _held(file: Path) -> object:
    """What a file holds; raises PageError."""
    try:
        return parsed(file.read_bytes())
    except OSError as error:
        msg = f"{file}: cannot be read ({error.strerror})"
        raise PageError(msg) from error
    except NotJsonError as error:
        msg = f"{file}: {error}; mend the file or remove it"
        raise PageError(msg) from error


def _list(described: object, key: str) -> list[object]:
    found = described.get(key) if isinstance(described, dict) else None
    if not isinstance(found, list):
        msg = f'expected an object with a list "{key}"'
        raise TypeError(msg)
    return found


def _side(described: object, key: str) -> int:
    value = described.get(key) if isinstance(described, dict) else None
    if type(value) is not int or value < 1:
        msg = f"{key}: expected pixels, found {shown(value)}"
        raise ValueError(msg)
    return value


def _word(
    word: object, key: str
) -> tuple[NDArray[np.float64] | None, NDArray[np.float64] | None, bool]:
    """Corners [4, 2] with a margin, box [4] as given, and whether the word is legible."""
    if not isinstance(word, dict) or not isinstance(word.get("text", 0), str | None):
        msg = f'{key}: expected an object with a "text" that is a string or null'
        raise TypeError(msg)
    quad = _numbers(word.get("poly"), (4, 2), f"{key}.poly", "four corners [x, y]")
    box = _numbers(word.get("box"), (4,), f"{key}.box", "[left, top, right, bottom]")
    if box is not None and not (box[0] < box[2] and box[1] < box[3]):
        msg = f"{key}.box: {shown(word['box'])} is empty; expected left < right and top < bottom"
        raise ValueError(msg)
    if quad is None and box is not None:
        margin = MARGIN * (box[3] - box[1])
        left, top, right, bottom = box + margin * np.asarray([-1, -1, 1, 1])
        quad = np.asarray([(left, top), (right, top), (right, bottom), (left, bottom)])
    return quad, box, word["text"] is not None


def _numbers(
    value: object, shape: tuple[int, ...], key: str, expected: str
) -> NDArray[np.float64] | None:
    if value is None:
        return None
    try:
        numbers = np.asarray(value, np.float64)
    except (TypeError, ValueError):
        numbers = np.empty(0)
    if numbers.shape != shape or not np.isfinite(numbers).all():
        msg = f"{key}: expected {expected}, found {shown(value)}"
        raise ValueError(msg)
    return numbers


def _shown(size: tuple[int, int]) -> str:
    return f"{size[0]} × {size[1]}"
