from __future__ import annotations

import threading
from itertools import pairwise

import pytest

from indexer.filesystem.change_batches import Batch, follow
from indexer.filesystem.dirty_set import DirtySet
from indexer.filesystem.rescan_schedule import Timing


class Clock:
    """Seconds that pass when asked, and a stop after a number of looks."""

    def __init__(self, looks):
        self.now, self.looks = 0.0, looks

    def __call__(self):
        return self.now

    def is_set(self):
        self.now += 1.0
        self.looks -= 1
        return self.looks < 0


def collect(events, looks, **timing):
    clock = Clock(looks)
    dirty = DirtySet()
    for event in events:
        dirty.add(event)
    return list(follow(dirty, clock, Timing(tick=0.0, clock=clock, **timing)))


def test_settled_files_come_in_one_batch(tmp_path):
    paths = [tmp_path / "a.jpg", tmp_path / "b.jpg"]

    batches = collect(paths, looks=5, settle=2.0)

    assert batches == [Batch(paths=frozenset(paths))]


def test_a_folder_event_brings_a_rescan_after_it_settled():
    assert collect([None], looks=5, settle=2.0) == [Batch(everything=True)]


def test_a_quiet_folder_is_rescanned_now_and_then():
    batches = collect([], looks=25, settle=1.0, rescan=10.0)

    assert batches == [Batch(everything=True)] * 2


def test_where_events_cannot_be_relied_on_rescans_are_frequent():
    clock = Clock(65)

    batches = list(
        follow(DirtySet(), clock, Timing(tick=0.0, poll=30.0, clock=clock), reliable=lambda: False)
    )

    assert batches == [Batch(everything=True)] * 2


@pytest.mark.thorough
def test_a_file_that_grows_for_minutes_is_left_out_of_the_rescans(tmp_path):
    photo = tmp_path / "a.jpg"
    photo.write_bytes(b"")
    clock, dirty = Clock(300), DirtySet()
    dirty.add(photo)
    timing = Timing(settle=2.0, rescan=60.0, tick=0.0, clock=grow(photo, clock))

    batches = [(clock.now, batch) for batch in follow(dirty, clock, timing)]

    assert [b for now, b in batches if now < 200] == [
        Batch(everything=True, growing=frozenset([photo]))
    ] * 3
    assert [b for now, b in batches if 200 <= now < 210] == [Batch(paths=frozenset([photo]))]


def grow(photo, clock):
    """A clock that lets a file grow every second, for 200 seconds."""

    def now():
        if clock() < 200:
            photo.write_bytes(b"x" * int(clock()))
        return clock()

    return now


def test_a_failed_batch_is_followed_by_a_look_at_everything_soon_and_then_less_soon():
    clock, failed, dirty = Clock(300), threading.Event(), DirtySet()
    dirty.add(None)
    timing = Timing(settle=2.0, retry=5.0, poll=60.0, tick=0.0, clock=clock)
    times = []

    for batch in follow(dirty, clock, timing, failed=failed):
        assert batch.everything
        times.append(clock.now)
        failed.set()

    assert [b - a for a, b in pairwise(times)] == [6.0, 11.0, 21.0, 41.0, 61.0, 61.0, 61.0]


def test_after_a_look_that_succeeds_all_is_calm_again():
    clock, failed, dirty = Clock(100), threading.Event(), DirtySet()
    dirty.add(None)
    times = []

    for _ in follow(dirty, clock, Timing(retry=5.0, tick=0.0, clock=clock), failed=failed):
        times.append(clock.now)
        if len(times) == 1:
            failed.set()

    assert len(times) == 2


def test_folders_that_never_come_to_rest_are_looked_at_all_the_same():
    dirty = DirtySet()

    class Restless(Clock):
        def is_set(self):
            dirty.add(None)
            return super().is_set()

    clock = Restless(65)

    batches = list(follow(dirty, clock, Timing(settle=2.0, tick=0.0, clock=clock)))

    assert batches == [Batch(everything=True)] * 2
