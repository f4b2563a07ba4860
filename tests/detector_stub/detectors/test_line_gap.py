"""Words up to two and a half box heights apart are one line; a wider gap starts a column."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from detector_stub.detectors.classical import ClassicalDetector


def lines_on(size, gap):
    """Lines found on a board with two words that stand `gap` letter heights apart."""
    font = ImageFont.load_default(size)
    page = Image.new("RGB", (24 * size, 6 * size), (225, 225, 225))
    brush = ImageDraw.Draw(page)
    brush.text((size, 2 * size), "held", fill=(30, 30, 40), font=font)
    _, top, right, bottom = brush.textbbox((size, 2 * size), "held", font=font)
    beside = right + gap * (bottom - top)
    brush.text((beside, 2 * size), "bold", fill=(30, 30, 40), font=font)
    return ClassicalDetector().detect(np.asarray(page), Path("unused"))


def heights_between(lines):
    """The gap between the two words found, in heights of the higher one."""
    left, right = sorted((box for line in lines for box in line), key=lambda box: box.left)
    return (right.left - left.right) / max(left.height, right.height)


@pytest.mark.parametrize("size", [28, 44, 64])
def test_a_gap_of_less_than_two_and_a_half_heights_is_within_a_line(size):
    lines = lines_on(size, 3.4)

    assert 2.1 < heights_between(lines) < 2.5
    assert len(lines) == 1


@pytest.mark.parametrize("size", [28, 44, 64])
def test_a_gap_of_more_than_two_and_a_half_heights_starts_a_column(size):
    lines = lines_on(size, 4.4)

    assert 2.5 < heights_between(lines) < 3.2
    assert len(lines) == 2
