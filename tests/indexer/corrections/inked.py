"""Corrected words with drawn images."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw

from indexer.corrections.correction import CorrectionKind, LearningPart
from indexer.corrections.inked_word import InkedWord
from indexer.entities import Box


def inked(
    text: str,
    *,
    photo: str = "1" * 32,
    kind: CorrectionKind = CorrectionKind.TYPED,
    by: str = "person",
    part: LearningPart = LearningPart.LEARN,
) -> InkedWord:
    picture = Image.new("L", (24 * len(text) + 20, 64), 235)
    ImageDraw.Draw(picture).text((10, 8), text, 20, font_size=40)
    file = io.BytesIO()
    picture.save(file, "PNG")
    return InkedWord(photo, text, file.getvalue(), kind, by, part, Box(0, 0, 1, 1), (9, 9))
