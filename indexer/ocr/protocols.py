"""What the OCR pipeline asks of a detector, a recogniser and an engine."""

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
    from indexer.ocr.image import Limits


class BoxLike(Protocol):
    """Half-open pixels, and how to cut the word out."""

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
    """Finds words: lines of boxes in reading order on an RGB photo [rows, columns, 3]."""

    @property
    def fingerprint(self) -> str:
        """Changes whenever the same photo could give other boxes."""

    def detect(self, photo: NDArray[np.uint8], path: Path) -> Sequence[Sequence[BoxLike]]:
        """Find words on `photo`, which was read from `path`."""

    def has_known_boxes(self, path: Path) -> bool:
        """Whether the boxes of this photo are known beforehand, and so which way up it is."""


class Recognizer(Protocol):
    """Reads word images."""

    @property
    def fingerprint(self) -> str:
        """Changes whenever the same image could be read differently."""

    @property
    def alphabet(self) -> str:
        """The characters that it can write, in the order of its labels."""

    def read(self, crops: Sequence[Image.Image]) -> Sequence[Recognition]:
        """One answer for each crop."""


@dataclass(frozen=True)
class Read:
    """A photo that was read; `content` and `stamp` are those of the bytes that were decoded."""

    content: str
    stamp: Stamp
    reading: Reading


Outcome: TypeAlias = Read | str | None
"""What became of a photo: it was read; or why not; or None: it is gone, or waits for its turn."""


class OcrEngine(Protocol):
    """What reads photos: detector and recogniser, loaded when first used."""

    @property
    def id(self) -> EngineId:
        """What identifies this pair; costs little. Raises EngineError."""

    def read(
        self, paths: Sequence[Path], limits: Limits, stop: Callable[[], bool]
    ) -> list[Outcome]:
        """What becomes of each photo; None for all that are left once `stop` says so.

        Raises:
            EngineError: detector or recogniser cannot start.

        """

    def close(self) -> None:
        """Give back memory and processes until the next photo."""


class EngineParts(Protocol):
    """A detector and a recogniser."""

    @property
    def detector(self) -> Detector:
        """Raises EngineError if it cannot start."""

    @property
    def recognizer(self) -> Recognizer:
        """Raises EngineError if it cannot start."""
