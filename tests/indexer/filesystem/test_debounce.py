from __future__ import annotations

from indexer.entities import Stamp
from indexer.filesystem.debounce import Debouncer


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
