"""Images of corrected words are cut as the recogniser cuts them, and kept small."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from indexer.catalog.catalog import Catalog
from indexer.corrections.correction import Correction
from indexer.entities import Box, Stamp
from indexer.ocr.content_hash import content_hash
from indexer.ocr.photo_file import Limits
from indexer.renditions.drawing import Ink, drawn
from indexer.renditions.inks import cut_inks
from indexer.renditions.renderer import Renderer

pytestmark = pytest.mark.usefixtures("drawn_here")


def ink(picture: Image.Image, box: Box, corners=(), size=None) -> Image.Image:
    content = drawn(picture, Ink(box, corners, size or picture.size))
    return Image.open(io.BytesIO(content))


def test_a_word_is_kept_in_grey_and_no_higher_than_needed():
    picture = Image.new("RGB", (1000, 400), "red")

    cut = ink(picture, Box(100, 100, 500, 300))

    assert (cut.mode, cut.size, cut.format) == ("L", (128, 64), "PNG")
    assert ink(picture, Box(100, 100, 140, 120)).size == (40, 20)


def test_a_slanted_word_is_turned_level():
    pixels = np.zeros((200, 200), np.uint8)
    corners = ((50.0, 100.0), (100.0, 50.0), (110.0, 60.0), (60.0, 110.0))
    for step in range(400):  # a stroke along the upper side
        pixels[round(102 - step / 8), round(52 + step / 8)] = 255

    cut = np.asarray(ink(Image.fromarray(pixels).convert("RGB"), Box(50, 50, 110, 110), corners))

    assert cut.shape == (14, 71)
    rows = cut.max(axis=1)
    assert rows[:6].max() > 100
    assert rows[7:].max() < 50


def test_a_box_is_measured_on_the_photo_as_it_was_opened_then():
    picture = Image.new("L", (500, 200))
    picture.paste(255, (50, 50, 100, 70))

    cut = ink(picture.convert("RGB"), Box(100, 100, 200, 140), size=(1000, 400))

    assert cut.size == (50, 20)
    assert cut.getextrema() == (255, 255)


@pytest.fixture
def renderer(tmp_path):
    drawing = Renderer(tmp_path / "renditions", Limits(), 10)
    yield drawing
    drawing.close()


def test_a_photo_that_cannot_be_opened_keeps_no_other_from_its_images(tmp_path, settings, renderer):
    with Catalog(f"sqlite:///{tmp_path / 'catalog.db'}") as catalog:
        for number, name in enumerate(("gone.png", "there.png")):
            path = tmp_path / name
            Image.new("RGB", (100, 50), (number, 0, 0)).save(path)
            content, _ = content_hash(path, Limits())
            catalog.put_places([(path, Stamp(1, 1), content)], 0.0)
            uid = f"{number}" * 32
            catalog.correct([Correction(uid, content, (100, 50), Box(0, 0, 50, 20), name)])
        (tmp_path / "gone.png").unlink()

        assert cut_inks(settings, catalog, renderer) == 1
        assert [word.text for word in catalog.inked_words()] == ["there.png"]


def test_cutting_ends_when_it_is_told_to(tmp_path, settings, renderer):
    with Catalog(f"sqlite:///{tmp_path / 'catalog.db'}") as catalog:
        catalog.put_places([(tmp_path / "a.png", Stamp(1, 1), "a" * 32)], 0.0)
        catalog.correct([Correction("1" * 32, "a" * 32, (9, 9), Box(0, 0, 5, 5), "word")])

        assert cut_inks(settings, catalog, renderer, lambda: True) == 0
