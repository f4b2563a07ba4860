"""How much of a backlog is read together, and what its steps say."""

from __future__ import annotations

import shutil

import pytest

from indexer.entities import Stamp
from indexer.sync import backlog
from indexer.sync.run import Hooks

from ..conftest import draw_photo


def test_photos_read_together_follow_the_mean_of_what_photos_took(world, monkeypatch):
    """Two seconds a photo: the mean is 1, then 1.5, then 1.75, so 3 seconds are 3, 2, 1 photos."""
    for number in range(12):
        draw_photo(world.photos / f"{number}.png", "helios", salt=number)
    now, sizes, read = [0.0], [], world.engine.read

    def slow(paths, *rest):
        sizes.append(len(paths))
        now[0] += 2.0 * len(paths)
        return read(paths, *rest)

    monkeypatch.setattr(world.engine, "read", slow)
    monkeypatch.setattr(backlog.time, "perf_counter", lambda: now[0])

    world.sync()

    assert sizes == [4, 3, 2, 1, 1, 1]


def test_a_copy_is_not_counted_among_the_photos_to_read(world):
    photo = draw_photo(world.photos / "a.png", "helios")
    shutil.copy(photo, world.photos / "b.png")
    draw_photo(world.photos / "c.png", "selene")
    steps = []

    world.library.sync([world.photos], Hooks(report=steps.append))

    assert [(step.done, step.total) for step in steps] == [(1, 2), (2, 2)]


@pytest.mark.parametrize(
    ("age", "stored"), [(-1.9, -1), (0.0, -1), (1.9, -1), (2.0, 8 * 10**9), (3600.0, 8 * 10**9)]
)
def test_a_file_as_young_as_a_clock_is_coarse_gets_a_time_that_no_file_has(age, stored):
    stamp = Stamp(5, 8 * 10**9)

    assert backlog.without_racy_time(stamp, now=8.0 + age) == Stamp(5, stored)
