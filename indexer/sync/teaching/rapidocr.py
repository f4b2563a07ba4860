"""RapidOCR as a teacher: the PP-OCR models, which come with its package. It reads lines."""

from __future__ import annotations

from importlib import metadata
from typing import TYPE_CHECKING, Any

from indexer.entities import Box
from indexer.sync.teaching.teacher import TaughtReading

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from indexer.sync.teaching.teacher import TaughtPhoto


class RapidOcr:
    """The lines that RapidOCR finds itself."""

    name, words, local = "rapidocr", False, True

    def __init__(self, _argument: str) -> None:
        """Load its models. Raises ModuleNotFoundError if it is not installed."""
        self._engine, self.version = _loaded()

    def read(self, photo: TaughtPhoto, boxes: Sequence[Box]) -> list[TaughtReading]:
        """The lines of a photo; it looks for them itself."""
        del boxes
        found = self._engine(photo.pixels[:, :, ::-1])  # BGR, as OpenCV has it
        return [
            TaughtReading(text, min(max(float(score), 0.0), 1.0), _around(outline))
            for outline, text, score in _lines(found)
        ]


def _loaded() -> tuple[Any, str]:
    try:
        from rapidocr_onnxruntime import RapidOCR as Engine

        return Engine(), metadata.version("rapidocr-onnxruntime")
    except ModuleNotFoundError:
        from rapidocr import RapidOCR as Engine

        return Engine(), metadata.version("rapidocr")


def _lines(found: Any) -> Iterable[tuple[Any, str, float]]:  # noqa: ANN401 - of two packages
    """Outline, text and score of each line, as either package gives them."""
    if isinstance(found, tuple):
        return [(line[0], line[1], line[2]) for line in found[0] or ()]
    if found.txts is None:
        return []
    return zip(found.boxes, found.txts, found.scores, strict=True)


def _around(outline: Any) -> Box:  # noqa: ANN401 - lists or arrays
    across = [int(point[0]) for point in outline]
    down = [int(point[1]) for point in outline]
    return Box(min(across), min(down), max(across) + 1, max(down) + 1)
