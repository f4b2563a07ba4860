"""A backlog keeps no new photo waiting, and what changes meanwhile comes out right."""

from __future__ import annotations

import os
import shutil
from collections import deque
from dataclasses import replace

import pytest

from indexer.sync.hooks import Hooks

from ..conftest import draw_photo


@pytest.fixture
def backlog(world):
    """Forty old photos that nobody has read yet, two at a time."""
    world.library.backlog.settings = replace(world.library.settings, batch_photos=2)
    for number in range(40):
        path = draw_photo(world.photos / f"old{number}.png", "helios", salt=number)
        os.utime(path, (1000 + number, 1000 + number))
    return world


def sync(world, events, report=lambda step: None, **options):
    """A pass with events in the middle: each is a function that gives what `arrived` gives."""
    steps, waiting = [], deque(events)

    def told(step):
        steps.append(step.path.name)
        report(step)

    def arrived():
        return waiting.popleft()() if waiting else frozenset()

    hooks = Hooks(report=told, arrived=arrived, clock=lambda: world.now, **options)
    return steps, world.library.sync([world.photos], hooks)


def nothing():
    return frozenset()


@pytest.mark.thorough
def test_a_photo_that_arrives_during_a_backlog_is_read_next_and_found_at_once(backlog):
    found = []

    def arrive():
        return frozenset([draw_photo(backlog.photos / "today.png", "selene")])

    steps, summary = sync(
        backlog, [nothing, arrive], lambda step: found.append(backlog.find("selene"))
    )

    assert steps.index("today.png") in {2, 3}
    assert found[4] == ["today.png"]
    assert summary.read == 41


def test_several_that_arrive_are_read_newest_first(backlog):
    def arrive():
        paths = [draw_photo(backlog.photos / f"{n}.png", "selene", salt=n) for n in range(3)]
        for number, path in enumerate(paths):
            os.utime(path, (2000 + number, 2000 + number))
        return frozenset(paths)

    steps, _ = sync(backlog, [nothing, arrive])

    assert steps[2:5] == ["2.png", "1.png", "0.png"]


@pytest.mark.thorough
def test_a_backlog_can_be_searched_before_it_is_done(backlog):
    found = []

    def report(step):
        found.append(len(backlog.find("helios")))
        backlog.now += 20

    sync(backlog, [], report)

    assert found[4] >= 2
    assert found[-1] >= 36


@pytest.mark.thorough
def test_a_look_at_everything_ends_the_pass_after_some_photos_and_the_next_one_goes_on(backlog):
    steps, first = sync(backlog, [lambda: None])

    assert len(steps) == 2
    assert first.read + sync(backlog, [lambda: None])[1].read + backlog.sync().read == 40


@pytest.mark.thorough
def test_a_photo_that_is_deleted_during_a_backlog_is_found_no_more_and_is_no_failure(backlog):
    gone = draw_photo(backlog.photos / "known.png", "selene")
    os.utime(gone, (3000, 3000))
    found = []

    def delete():
        gone.unlink()
        (backlog.photos / "old3.png").unlink()
        return frozenset([gone, backlog.photos / "old3.png"])

    _, summary = sync(backlog, [nothing, delete], lambda step: found.append(backlog.find("selene")))

    assert found[-1] == []
    assert (summary.read, summary.failed, summary.removed) == (40, 0, 1)
    assert backlog.counts() == {"read": 39, "words": 39}


@pytest.mark.thorough
def test_what_comes_back_during_a_pass_is_not_forgotten_at_its_end(backlog):
    photo = draw_photo(backlog.photos / "known.png", "selene")
    backlog.library.sync_paths([backlog.photos], [photo], Hooks())
    aside = backlog.photos.parent / "aside.png"
    photo.rename(aside)

    def return_it():
        aside.rename(photo)
        return frozenset([photo])

    sync(backlog, [nothing, return_it])

    assert backlog.find("selene") == ["known.png"]


def test_a_file_that_changes_between_being_hashed_and_being_read_keeps_what_was_read(world):
    path = draw_photo(world.photos / "a.png", "helios")
    read = world.engine.read

    def late(paths, *rest):
        draw_photo(path, "selene")
        return read(paths, *rest)

    world.engine.read = late
    world.sync()

    assert world.find("selene") == ["a.png"]
    assert world.find("helios") == []
    assert world.counts() == {"read": 1, "words": 1}
    assert world.sync().read == 0


def test_a_photo_with_two_places_is_read_from_the_one_that_is_there(world):
    first = draw_photo(world.photos / "a.png", "helios")
    second = draw_photo(world.photos / "b.png", "helios")
    world.sync(limit=1)
    world.engine.version = "2"
    read = world.engine.read

    def lost(paths, *rest):
        world.engine.read = read
        paths[0].unlink()
        return read(paths, *rest)

    world.engine.read = lost
    summary = world.sync()

    assert summary.read == 1
    assert first.exists() != second.exists()
    assert len(world.find("helios")) == 1


def test_a_moved_file_is_read_again_by_a_new_engine_in_the_same_pass(world):
    draw_photo(world.photos / "a.png", "helios").rename(world.photos / "b.png")
    draw_photo(world.photos / "c.png", "selene")
    world.sync()
    (world.photos / "b.png").rename(world.photos / "d.png")
    world.engine.version = "2"

    assert world.sync().read == 2


def test_a_file_behind_a_link_is_not_read(world, tmp_path):
    (tmp_path / "outside").mkdir()
    draw_photo(tmp_path / "outside" / "secret.png", "helios")
    (world.photos / "folder").symlink_to(tmp_path / "outside")
    (world.photos / "direct.png").symlink_to(tmp_path / "outside" / "secret.png")

    paths = [world.photos / "folder" / "secret.png", world.photos / "direct.png"]
    summary = world.library.sync_paths([world.photos], paths, Hooks())

    assert (summary.found, summary.read, world.sync().read) == (0, 0, 0)


@pytest.mark.thorough
def test_photos_that_take_long_are_read_one_at_a_time_so_that_nothing_waits_for_the_others(
    backlog, monkeypatch
):
    sizes = []
    read = backlog.engine.read
    monkeypatch.setattr(
        backlog.engine, "read", lambda paths, *a: sizes.append(1) or read(paths, *a)
    )
    monkeypatch.setattr("indexer.sync.batch_size.BATCH_SECONDS", 1e-9)

    sync(backlog, [])

    assert len(sizes) == 39  # the first two were read together: how long they take was not known


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
    monkeypatch.setattr("indexer.sync.backlog.time.perf_counter", lambda: now[0])

    world.sync()

    assert sizes == [4, 3, 2, 1, 1, 1]


def test_a_copy_is_not_counted_among_the_photos_to_read(world):
    photo = draw_photo(world.photos / "a.png", "helios")
    shutil.copy(photo, world.photos / "b.png")
    draw_photo(world.photos / "c.png", "selene")
    steps = []

    world.library.sync([world.photos], Hooks(report=steps.append))

    assert [(step.done, step.total) for step in steps] == [(1, 2), (2, 2)]


@pytest.mark.thorough
def test_the_indexes_follow_once_for_each_batch_and_not_after_every_photo_from_then_on(
    backlog, monkeypatch
):
    monkeypatch.setattr("indexer.sync.index_schedule.INDEX_BATCH", 10)
    indexes = backlog.library.indexes
    catch_up, calls = indexes.catch_up, []
    monkeypatch.setattr(indexes, "catch_up", lambda alive: [calls.append(1), catch_up(alive)])

    sync(backlog, [])

    # 40 photos, ten a batch; and once before the first and after the last
    assert len(calls) == 4 + 2
