"""Words as quads, and pages that are drawn here, so that the truth is known."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from detector_stub.network.model import DetectorConfig

TINY = DetectorConfig(channels=(8, 8, 16, 16, 16), depth=(1, 1, 1, 1), pyramid=16)
"""A network that learns a page by heart in seconds."""


def quad_at(centre, width, height, degrees=0.0):
    """Corners of a word, clockwise from the upper left one along its line; slopes go down."""
    angle = np.radians(degrees)
    along = np.asarray([np.cos(angle), np.sin(angle)])
    across = np.asarray([-along[1], along[0]])
    corners = [(-1, -1), (1, -1), (1, 1), (-1, 1)]
    quad = [centre + x * width / 2 * along + y * height / 2 * across for x, y in corners]
    return np.asarray(quad, np.float32)


@pytest.fixture
def tiny():
    return TINY


@pytest.fixture
def write_page():
    """Writes FOLDER/NAME.json and .png: two lines of two words, in dark ink on light ground."""

    def write(folder, name="page", texts=("every", "photo", "holds", "words"), size=36, **changes):
        folder.mkdir(parents=True, exist_ok=True)
        page = Image.new("RGB", (360, 220), (228, 230, 225))
        brush, font = ImageDraw.Draw(page), ImageFont.load_default(size)
        words = []
        for number, text in enumerate(texts):
            at = (30 + 160 * (number % 2), 30 + 90 * (number // 2))
            brush.text(at, text, fill=(30, 30, 60), font=font)
            box = [round(edge) for edge in brush.textbbox(at, text, font=font)]
            words.append({"text": text, "box": box})
        page.save(folder / f"{name}.png")
        held = {"photo": f"{name}.png", "width": 360, "height": 220, "words": words}
        (folder / f"{name}.json").write_text(json.dumps(held | changes), encoding="utf-8")
        return folder

    return write
