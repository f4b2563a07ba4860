from __future__ import annotations

import threading
from itertools import pairwise

from indexer.entities import Stamp
from indexer.filesystem import debounce
from indexer.filesystem.debounce import Batch, Debouncer, DirtySet, Timing, follow


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


def test_a_file_settles_once_it_has_stood_still(tmp_path):
    debouncer = Debouncer(2.0, stamp=lambda path: Stamp(1, 1))

    debouncer.note(tmp_path / "a.jpg", now=0.0)

    assert debouncer.ready(now=1.9) == frozenset()
    assert debouncer.ready(now=2.0) == {tmp_path / "a.jpg"}
    assert debouncer.ready(now=9.0) == frozenset()


def test_a_growing_file_waits_until_it_stops_growing(tmp_path):
    sizes = iter([1, 2, 3, 3, 3])
    debouncer = Debouncer(2.0, stamp=lambda path: Stamp(next(sizes), 1))
    debouncer.note(tmp_path / "a.jpg", now=0.0)

    states = [bool(debouncer.ready(now)) for now in (2.0, 4.0, 5.0, 6.0)]

    assert states == [False, False, False, True]


def test_a_file_that_vanishes_settles_too_so_that_it_is_removed(tmp_path):
    stamps = iter([Stamp(1, 1), None, None])
    debouncer = Debouncer(1.0, stamp=lambda path: next(stamps))
    debouncer.note(tmp_path / "a.jpg", now=0.0)

    assert debouncer.ready(now=1.0) == frozenset()
    assert debouncer.ready(now=2.0) == {tmp_path / "a.jpg"}


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


def test_more_changed_files_than_max_dirty_ask_for_a_look_at_everything(tmp_path):
    dirty = DirtySet()
    for number in range(debounce.MAX_DIRTY + 5):
        dirty.add(tmp_path / str(number))
        dirty.add(tmp_path / str(number))

    paths, everything = dirty.take(0.0)

    assert (len(paths), everything) == (debounce.MAX_DIRTY, True)
    assert dirty.take(0.0) == (set(), False)
