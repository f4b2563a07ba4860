from __future__ import annotations

from pathlib import Path

from indexer.entities import Stamp
from indexer.sync.reading_order import ReadingQueue


def stamps(*names):
    """The later the newer."""
    return {Path(name): Stamp(1, number) for number, name in enumerate(names)}


def order(queue):
    return [queue.take().name for _ in range(len(queue))]


def test_newer_photos_are_read_before_older_ones():
    queue, found = ReadingQueue(), stamps("a", "b", "c")

    queue.put_first(found, found)

    assert order(queue) == ["c", "b", "a"]


def test_what_has_just_arrived_is_read_before_the_backlog_even_if_it_is_older():
    queue, found = ReadingQueue(), stamps("x", "y", "a", "b")

    queue.put_first([Path("a"), Path("b")], found)
    queue.put_first([Path("x"), Path("y")], found)

    assert order(queue) == ["y", "x", "b", "a"]


def test_what_arrives_again_while_it_waits_is_read_once():
    queue, found = ReadingQueue(), stamps("a", "b")

    queue.put_first(found, found)
    queue.put_first([Path("a")], found)

    assert order(queue) == ["a", "b"]
