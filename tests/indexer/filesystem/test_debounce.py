from __future__ import annotations

import threading
from itertools import pairwise

from indexer.entities import Stamp
from indexer.filesystem import debounce
from indexer.filesystem.debounce import Batch, Hints, Pace, Settler, follow


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


def collect(events, looks, **pace):
    clock = Clock(looks)
    hints = Hints()
    for event in events:
        hints.add(event)
    return list(follow(hints, clock, Pace(tick=0.0, clock=clock, **pace)))


def test_a_file_settles_once_it_has_stood_still(tmp_path):
    settler = Settler(2.0, stamp=lambda path: Stamp(1, 1))

    settler.note(tmp_path / "a.jpg", now=0.0)

    assert settler.ready(now=1.9) == frozenset()
    assert settler.ready(now=2.0) == {tmp_path / "a.jpg"}
    assert settler.ready(now=9.0) == frozenset()


def test_a_growing_file_waits_until_it_stops_growing(tmp_path):
    sizes = iter([1, 2, 3, 3, 3])
    settler = Settler(2.0, stamp=lambda path: Stamp(next(sizes), 1))
    settler.note(tmp_path / "a.jpg", now=0.0)

    states = [bool(settler.ready(now)) for now in (2.0, 4.0, 5.0, 6.0)]

    assert states == [False, False, False, True]


def test_a_file_that_vanishes_settles_too_so_that_it_is_removed(tmp_path):
    stamps = iter([Stamp(1, 1), None, None])
    settler = Settler(1.0, stamp=lambda path: next(stamps))
    settler.note(tmp_path / "a.jpg", now=0.0)

    assert settler.ready(now=1.0) == frozenset()
    assert settler.ready(now=2.0) == {tmp_path / "a.jpg"}


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
        follow(Hints(), clock, Pace(tick=0.0, poll=30.0, clock=clock), reliable=lambda: False)
    )

    assert batches == [Batch(everything=True)] * 2


def test_a_file_that_grows_for_minutes_is_left_out_of_the_rescans(tmp_path):
    photo = tmp_path / "a.jpg"
    photo.write_bytes(b"")
    clock, hints = Clock(300), Hints()
    hints.add(photo)
    pace = Pace(settle=2.0, rescan=60.0, tick=0.0, clock=grow(photo, clock))

    batches = [(clock.now, batch) for batch in follow(hints, clock, pace)]

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
    clock, failed, hints = Clock(300), threading.Event(), Hints()
    hints.add(None)
    pace = Pace(settle=2.0, retry=5.0, poll=60.0, tick=0.0, clock=clock)
    times = []

    for batch in follow(hints, clock, pace, failed=failed):
        assert batch.everything
        times.append(clock.now)
        failed.set()

    assert [b - a for a, b in pairwise(times)] == [6.0, 11.0, 21.0, 41.0, 61.0, 61.0, 61.0]


def test_after_a_look_that_succeeds_all_is_calm_again():
    clock, failed, hints = Clock(100), threading.Event(), Hints()
    hints.add(None)
    times = []

    for _ in follow(hints, clock, Pace(retry=5.0, tick=0.0, clock=clock), failed=failed):
        times.append(clock.now)
        if len(times) == 1:
            failed.set()

    assert len(times) == 2


def test_folders_that_never_come_to_rest_are_looked_at_all_the_same():
    hints = Hints()

    class Restless(Clock):
        def is_set(self):
            hints.add(None)
            return super().is_set()

    clock = Restless(65)

    batches = list(follow(hints, clock, Pace(settle=2.0, tick=0.0, clock=clock)))

    assert batches == [Batch(everything=True)] * 2


def test_more_hints_than_anybody_looks_at_become_one(tmp_path):
    hints = Hints()
    for number in range(debounce.MOST_HINTS + 5):
        hints.add(tmp_path / str(number))
        hints.add(tmp_path / str(number))

    paths, everything = hints.take(0.0)

    assert (len(paths), everything) == (debounce.MOST_HINTS, True)
    assert hints.take(0.0) == (set(), False)
