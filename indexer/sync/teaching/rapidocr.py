"""RapidOCR as a teacher: the PP-OCR models, which come with its package. It reads words.

Its own boxes are those of lines, in some versions of letters. The network is asked about each word
instead, because it reads these better, and nothing must be aligned.
"""

from __future__ import annotations

from importlib import metadata
from typing import TYPE_CHECKING, Any

from indexer.sync.teaching.teacher import TaughtReading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from indexer.entities import Box
    from indexer.sync.teaching.teacher import TaughtPhoto


class RapidOcr:
    """What RapidOCR reads in the boxes of words."""

    name, words, local = "rapidocr", True, True

    def __init__(self, _argument: str) -> None:
        """Load its models. Raises ModuleNotFoundError if it is not installed."""
        self._engine, self.version = _loaded()

    def read(self, photo: TaughtPhoto, boxes: Sequence[Box]) -> list[TaughtReading]:
        """The text of each box."""
        found = []
        for box in boxes:
            word = photo.pixels[box.top : box.bottom, box.left : box.right, ::-1]  # BGR
            text, score = text_of(self._engine(word.copy(), use_det=False, use_cls=False))
            # a blank within a word is a wide gap between letters
            found.append(TaughtReading("".join(text.split()), min(max(score, 0.0), 1.0), box))
        return found


def _loaded() -> tuple[Any, str]:
    try:
        from rapidocr_onnxruntime import RapidOCR as Engine

        return Engine(), metadata.version("rapidocr-onnxruntime")
    except ModuleNotFoundError:
        from rapidocr import RapidOCR as Engine

        return Engine(), metadata.version("rapidocr")


def text_of(found: Any) -> tuple[str, float]:  # noqa: ANN401 - of two packages
    """Text and score, as either package gives them; "" for none."""
    if isinstance(found, tuple):
        rows = found[0] or [("", 0.0)]
        return str(rows[0][0]), float(rows[0][1])
    if not found.txts:
        return "", 0.0
    return str(found.txts[0]), float(found.scores[0])
