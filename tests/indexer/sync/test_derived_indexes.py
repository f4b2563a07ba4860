"""The derived stores follow the catalog, whatever happens to them."""

from __future__ import annotations

import shutil

import pytest

from ..conftest import draw_photo


@pytest.fixture
def indexes(world):
    """The derived stores of a home with a photo that they hold."""
    draw_photo(world.photos / "a.png", "helios")
    world.sync()
    return world.library.indexes


def test_what_is_in_step_is_left_alone_and_what_is_missing_is_rebuilt(world, indexes):
    assert indexes.ensure() is False

    shutil.rmtree(world.library.indexes.stores.index.folder)

    assert indexes.ensure() is True
    assert world.find("helios", exact=True) == ["a.png"]
    assert indexes.ensure() is False


def test_a_store_that_is_damaged_while_it_is_written_is_rebuilt_with_all_photos(
    world, indexes, monkeypatch
):
    write = world.library.indexes.stores.posteriors.apply

    def lose_the_index(*photos):
        shutil.rmtree(world.library.indexes.stores.index.folder, ignore_errors=True)
        write(*photos)

    monkeypatch.setattr(world.library.indexes.stores.posteriors, "apply", lose_the_index)
    draw_photo(world.photos / "b.png", "selene")

    world.sync()

    assert world.find("helios", exact=True) == ["a.png"]
    assert world.find("selene", exact=True) == ["b.png"]
    assert world.library.catalog.stale(9) == []


def test_a_rebuild_counts_the_photos_that_are_done(world, indexes):
    draw_photo(world.photos / "b.png", "selene")
    world.sync()
    told = []

    assert indexes.rebuild(told.append) == 2
    assert told[-1] == 2
