"""The copy of corrections, while the page is served."""

from __future__ import annotations

from contextlib import closing

from indexer.corrections.new_correction import correction_at
from indexer.sync.corrections_copy import copied
from indexer.web.daily_copy import DailyCopy

from ..conftest import draw_photo


def test_serving_keeps_the_copy_of_corrections(world):
    photo = draw_photo(world.photos / "a.png", "quene")
    world.sync()
    known = world.library.catalog.photo_at(photo)
    world.library.catalog.correct([correction_at(known.words[0].box, known, "queue", now=1.0)])

    with closing(DailyCopy(world.library.settings)):
        pass  # the first look is finished before it is closed

    assert [c.text for c in copied(world.library.settings.corrections_copy).corrections] == [
        "queue"
    ]


def test_a_home_without_a_catalog_has_no_copy(settings):
    with closing(DailyCopy(settings)):
        pass

    assert not settings.corrections_copy.exists()
