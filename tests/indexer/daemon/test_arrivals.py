"""Batches that a watcher collects while a run is under way."""

from __future__ import annotations

import threading

import pytest

from indexer.daemon.arrivals import Arrivals
from indexer.filesystem.change_batches import Batch


def test_batches_that_pile_up_come_as_one(tmp_path):
    paths = [tmp_path / name for name in "abc"]
    put = threading.Event()

    def batches():
        yield Batch(everything=True)
        yield from (Batch(frozenset([path])) for path in paths)
        put.set()

    arrivals = Arrivals(batches(), idle=lambda: None, seconds=5)
    put.wait(5)

    assert arrivals.arrived() is None
    assert list(arrivals) == [Batch(everything=True)]


def test_a_file_that_grew_at_a_rescan_and_is_complete_now_is_not_left_out(tmp_path):
    grown, growing = tmp_path / "grown", tmp_path / "growing"
    put = threading.Event()

    def batches():
        yield Batch(frozenset([growing]))
        yield Batch(everything=True, growing=frozenset([grown, growing]))
        yield Batch(frozenset([grown]))
        put.set()

    arrivals = Arrivals(batches(), idle=lambda: None, seconds=5)
    put.wait(5)

    assert list(arrivals) == [Batch(everything=True, growing=frozenset([growing]))]


def test_what_was_given_out_in_between_is_not_given_out_again(tmp_path):
    put = threading.Event()

    def batches():
        yield Batch(frozenset([tmp_path / "a"]))
        put.set()

    arrivals = Arrivals(batches(), idle=lambda: None, seconds=5)
    put.wait(5)

    assert arrivals.arrived() == {tmp_path / "a"}
    assert arrivals.arrived() == frozenset()
    assert list(arrivals) == []


def test_an_idle_watcher_is_waited_for_and_its_end_is_noticed():
    go, idle = threading.Event(), []

    def batches():
        go.wait(5)
        yield Batch(everything=True)
        raise OSError(28, "No space left on device")

    def rest():
        idle.append(1)
        go.set()

    arrivals = iter(Arrivals(batches(), idle=rest, seconds=5))

    assert next(arrivals) == Batch(everything=True)
    assert idle
    with pytest.raises(OSError, match="No space"):
        next(arrivals)
