"""Thumbnails are made while photos are read, once a page was served."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from indexer.renditions.cache import Cache
from indexer.renditions.thumbnails import LONGEST, Thumbnails

from ..conftest import draw_photo

NAME = "ab" * 16
PIXELS = np.zeros((300, 960, 3), np.uint8)


def test_a_thumbnail_is_kept_where_a_page_was_served(tmp_path):
    Thumbnails(tmp_path, 1)(NAME, PIXELS)

    kept = Cache(tmp_path, 1).get(NAME, LONGEST)
    assert Image.open(io.BytesIO(kept)).size == (480, 150)


def test_where_no_page_was_served_nothing_is_made(tmp_path):
    Thumbnails(tmp_path / "renditions", 1)(NAME, PIXELS)

    assert list(tmp_path.iterdir()) == []


def test_one_that_is_kept_is_not_made_again(tmp_path):
    Cache(tmp_path, 1).put(NAME, LONGEST, b"as it is")

    Thumbnails(tmp_path, 1)(NAME, PIXELS)

    assert Cache(tmp_path, 1).get(NAME, LONGEST) == b"as it is"


def test_a_photo_is_read_even_if_its_thumbnail_cannot_be_made(tmp_path):
    Thumbnails(tmp_path, 1)(NAME, np.zeros((3, 3, 7), np.uint8))

    assert not Cache(tmp_path, 1).has(NAME, LONGEST)


def test_the_thumbnail_of_a_photo_comes_with_its_reading_and_goes_with_it(world, settings):
    settings.renditions.mkdir()
    world.engine.keep = Thumbnails(settings.renditions, 1)
    path = draw_photo(world.photos / "a.png", "helios")
    other = draw_photo(world.photos / "b.png", "luna")
    world.sync()
    known = [world.library.catalog.photo_at(file).hash for file in (path, other)]
    assert all(Cache(settings.renditions, 1).has(content, LONGEST) for content in known)

    path.unlink()
    world.sync()
    world.now += 30 * 86_400
    world.sync()

    kept = [Cache(settings.renditions, 1).has(content, LONGEST) for content in known]
    assert kept == [False, True]
