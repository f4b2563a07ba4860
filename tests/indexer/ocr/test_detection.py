"""Words of a photo and their parts."""

from __future__ import annotations

import numpy as np
import pytest

from detector_stub import boxes
from indexer.entities import Box
from indexer.ocr.detection import WordPlace


@pytest.mark.parametrize(
    ("corners", "clipped", "end", "pixel"),
    [
        (((0, -40), (100, 0), (100, 20), (0, -20)), Box(0, 0, 100, 20), "start", (0, 0)),
        (((0, 80), (100, 120), (100, 140), (0, 100)), Box(0, 80, 100, 100), "end", (90, 99)),
        (((-60, 0), (40, 0), (40, 20), (-60, 20)), Box(0, 0, 40, 20), "start", (0, 0)),
    ],
    ids=["above", "below", "left"],
)
def test_a_part_beyond_the_edge_of_the_photo_has_a_pixel_at_least(corners, clipped, end, pixel):
    shape = boxes.Box.around(np.asarray(corners, np.float32))
    place = WordPlace(0, clipped, shape)

    box, of_part = place.part(*((0.0, 0.1) if end == "start" else (0.9, 1.0)))

    assert (box.left, box.top) == pixel
    assert box.right > box.left
    assert box.bottom > box.top
    assert len(of_part) == 4
