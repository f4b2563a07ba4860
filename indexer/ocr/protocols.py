"""Interfaces of detector, recogniser and OCR engine, and the outcome of reading a photo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

    from indexer.entities import EngineId, Reading, Recognition, Stamp
    from indexer.ocr.photo_file import Limits


class BoxLike(Protocol):
    """A word box in half-open pixels that can cut the word out of its photo."""

    @property
    def left(self) -> int: ...  # noqa: D102
    @property
    def top(self) -> int: ...  # noqa: D102
    @property
    def right(self) -> int: ...  # noqa: D102
    @property
    def bottom(self) -> int: ...  # noqa: D102
    def cut(self, photo: NDArray[np.uint8]) -> NDArray[np.uint8]: ...  # noqa: D102


class Detector(Protocol):
    """Finds words on a photo: lines of boxes in reading order."""

    @property
    def fingerprint(self) -> str:
        """Changes whenever the same photo could give other boxes."""

    def detect(self, photo: NDArray[np.uint8], path: Path) -> Sequence[Sequence[BoxLike]]:
        """Find words on `photo`, RGB [rows, columns, 3], which was read from `path`."""

    def has_known_boxes(self, path: Path) -> bool:
        """Whether the boxes of this photo are known beforehand, and so which way up it is."""


class Recognizer(Protocol):
    """Reads word images."""

    @property
    def fingerprint(self) -> str:
        """Changes whenever the same image could be read differently."""

    def read(
        self, crops: Sequence[Image.Image], pages: Sequence[int] = ()
    ) -> Sequence[Sequence[Recognition]]:
        """The recognitions of the words on each crop, a grey image of any size: usually one.

        `pages` numbers the page of each crop, in order; without it, all are of one page. A crop
        may be read by its page's language, and is read the same whatever other pages come along.
        """


@dataclass(frozen=True)
class Read:
    """A photo that was read.

    Attributes:
        content: content hash of the bytes that were decoded.
        stamp: stamp of the file that they came from.
        reading: what was read.
        left_out: what the file holds beyond its first picture, as a remark; "" if nothing.

    """

    content: str
    stamp: Stamp
    reading: Reading
    left_out: str = ""


@dataclass(frozen=True)
class Failed:
    """A photo that cannot be read, and why."""

    reason: str


@dataclass(frozen=True)
class Skipped:
    """A photo that was not tried to the end: it is gone, or it waits for its turn."""


Keep: TypeAlias = "Callable[[str, NDArray[np.uint8]], None]"
"""Takes the content hash and the pixels, RGB [rows, columns, 3], of a photo."""

Outcome: TypeAlias = Read | Failed | Skipped
"""What became of a photo file."""


class OcrEngine(Protocol):
    """Reads photos with a detector and a recogniser, which are loaded when first used."""

    @property
    def id(self) -> EngineId:
        """Identifies detector and recogniser, at little cost; raises EngineError."""

    def read(
        self, paths: Sequence[Path], limits: Limits, stop: Callable[[], bool]
    ) -> list[Outcome]:
        """The outcome of each photo; Skipped for all that are left once `stop` is set.

        Raises:
            EngineError: detector or recogniser cannot start.

        """

    def close(self) -> None:
        """Give back memory and processes until the next photo."""


def kept_nowhere(content: str, pixels: NDArray[np.uint8]) -> None:
    """Keep no picture."""


@dataclass(frozen=True)
class EngineParts:
    """A detector and a recogniser that are loaded.

    Attributes:
        detector: finds words.
        recognizer: reads them.
        keep: takes the content hash and the pixels of each photo that was read.

    """

    detector: Detector
    recognizer: Recognizer
    keep: Keep = kept_nowhere
