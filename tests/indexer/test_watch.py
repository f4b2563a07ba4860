from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import pytest
from watchdog.events import DirDeletedEvent, FileCreatedEvent, FileMovedEvent

from indexer import settle
from indexer import watch as watching
from indexer.photo import Stamp
from indexer.settle import Batch, Hints, Pace, Settler, follow
from indexer.watch import Watching, _Handler, watch


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


def handled(*events):
    hints = Hints()
    handler = _Handler(hints)
    for event in events:
        handler.dispatch(event)
    return hints.take(0.0)


def test_a_move_concerns_both_names():
    assert handled(FileMovedEvent("/a.jpg", "/b.jpg")) == ({Path("/a.jpg"), Path("/b.jpg")}, False)


def test_a_folder_that_comes_or_goes_asks_for_everything():
    assert handled(DirDeletedEvent("/may")) == (set(), True)


def collect(events, looks, **pace):
    clock = Clock(looks)
    hints = Hints()
    for event in events:
        hints.add(event)
    return list(follow(hints, clock, Pace(tick=0.0, clock=clock, **pace)))


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


def test_watching_asks_for_everything_first_and_reports_a_new_file(tmp_path):
    stop = threading.Event()
    batches = watch([tmp_path], stop, Pace(settle=0.0, tick=5.0))
    first = next(batches)

    (tmp_path / "board.jpg").write_bytes(b"x")
    second = next(batches)
    stop.set()
    rest = list(batches)

    assert first == Batch(everything=True)
    assert second.paths == {tmp_path / "board.jpg"}
    assert all(not batch.everything for batch in rest)


def test_a_file_event_is_passed_on():
    assert handled(FileCreatedEvent("/a.jpg")) == ({Path("/a.jpg")}, False)
