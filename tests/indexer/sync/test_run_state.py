"""The queue and the counters of one run, without a disk or a catalog."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from indexer.entities import Box, Reading, Stamp, Word
from indexer.filesystem.changes import Changes
from indexer.ocr.protocols import Failed, Read
from indexer.sync.comparison import Comparison
from indexer.sync.hooks import Hooks
from indexer.sync.index_schedule import INDEX_BATCH, INDEX_SECONDS
from indexer.sync.run_state import SyncRun

ROOT = Path("/photos")


def comparison(*names, problems=None, offline=(), changed=()):
    """New files, the later the newer."""
    found = {ROOT / name: Stamp(1, number) for number, name in enumerate([*names, *changed])}
    changes = Changes(
        tuple(ROOT / name for name in names), tuple(ROOT / name for name in changed), ()
    )
    return Comparison(changes, found, problems or {}, offline)


def read(*texts):
    words = tuple(Word(Box(0, 0, 9, 9), 0, text, 0.9) for text in texts)
    return Read("hash", Stamp(1, 1), Reading(90, 60, datetime(2026, 3, 1), words))


@pytest.fixture
def steps():
    return []


@pytest.fixture
def make_run(steps):
    """Begins runs over new files of these names; what waits is taken off by name."""

    def make(*names, limit=None, clock=lambda: 0.0):
        first = comparison(*names)
        run = SyncRun(first, [ROOT], Hooks(report=steps.append, clock=clock), limit)
        run.enqueue(first.changes.added, {})
        return run

    return make


def order(run):
    return [run.next_file()[0].name for _ in range(run.waiting)]


def test_the_newest_file_is_taken_first(make_run):
    assert order(make_run("a", "b", "c")) == ["c", "b", "a"]


def test_what_arrives_in_the_middle_goes_before_what_waits(make_run):
    run = make_run("a", "b")

    run.admit(comparison("x", "y"))

    assert order(run) == ["y", "x", "b", "a"]


def test_a_file_that_arrives_while_it_waits_counts_once(make_run, steps):
    run = make_run("a", "b")

    run.admit(comparison("a"))
    run.finished(ROOT / "a", read("helios"), 1.0)

    assert order(run) == ["a", "b"]
    assert steps[0].total == 2


def test_an_unread_place_waits_with_its_content_hash_and_a_new_file_without(make_run):
    run = make_run("a", "b")
    run.enqueue([ROOT / "b"], {ROOT / "a": "hash of a", ROOT / "b": "an old hash"})

    assert {run.next_file() for _ in range(2)} == {(ROOT / "a", "hash of a"), (ROOT / "b", None)}


def test_a_place_that_changed_meanwhile_is_hashed_again(make_run):
    run = make_run("a")
    run.enqueue([], {ROOT / "a": "hash of a"})

    run.admit(comparison(changed=["a"]))

    assert run.next_file() == (ROOT / "a", None)


def test_a_photo_that_was_begun_waits_no_more_until_it_turns_out_unread(make_run):
    run = make_run("a")
    order(run)
    run.begin("hash")

    run.enqueue([], {ROOT / "a": "hash"})
    assert run.waiting == 0
    run.release("hash")
    run.enqueue([], {ROOT / "a": "hash"})
    assert run.waiting == 1


@pytest.mark.parametrize(
    "nothing_to_read",
    [
        lambda run: run.begin("one hash") and run.begin("one hash"),
        lambda run: run.vanished(),
        lambda run: run.needs_no_reading(ROOT / "b"),
    ],
)
def test_a_file_that_is_not_read_is_taken_off_the_total(make_run, steps, nothing_to_read):
    run = make_run("a", "b", "c")

    nothing_to_read(run)
    run.finished(ROOT / "a", read("helios"), 1.0)

    assert (steps[0].done, steps[0].total) == (1, 2)


def test_the_total_is_never_less_than_what_is_done(make_run, steps):
    run = make_run("a")

    for name in "abc":
        run.finished(ROOT / name, read("helios"), 1.0)

    assert [(step.done, step.total) for step in steps] == [(1, 1), (2, 2), (3, 3)]


def test_outcomes_are_counted_by_their_kind(make_run, steps):
    run = make_run("a", "b", "c")

    run.finished(ROOT / "a", read("helios"), 1.0)
    run.finished(ROOT / "b", read(), 1.0)
    run.finished(ROOT / "c", Failed("damaged"), 1.0)

    summary = run.summary
    assert (summary.read, summary.empty, summary.failed) == (1, 1, 1)
    assert summary.problems == {ROOT / "c": "damaged"}
    assert [step.done for step in steps] == [1, 2, 3]


def test_only_a_new_name_of_a_known_photo_was_moved_or_copied(make_run):
    run = make_run("a")
    run.admit(comparison("b", changed=["c"]))

    for name in "abc":
        run.needs_no_reading(ROOT / name)

    assert run.summary.moved == 2


def test_the_limit_counts_down_with_every_photo_that_is_done(make_run):
    run = make_run("a", "b", limit=2)

    run.finished(ROOT / "a", read("helios"), 1.0)
    assert run.left == 1
    run.finished(ROOT / "b", Failed("damaged"), 1.0)
    run.finished(ROOT / "c", read(), 1.0)

    assert run.left == 0


def test_files_that_are_lost_or_removed_have_no_stamp_any_more(make_run):
    run = make_run("a", "b", "c")

    run.lost(ROOT / "a")
    run.removed([ROOT / "b"])

    assert set(run.stamps) == {ROOT / "c"}
    assert run.summary.removed == 1


def test_what_a_later_look_finds_is_told_with_the_rest(make_run):
    run = make_run("a")

    run.admit(comparison("b", problems={ROOT / "d": "no permission"}, offline=[ROOT / "share"]))

    assert run.summary.problems == {ROOT / "d": "no permission"}
    assert run.summary.offline == [ROOT / "share"]
    assert ROOT / "b" in run.stamps
    assert run.summary.found == 1


def test_the_stores_follow_after_some_time_or_some_photos_or_an_arrival(make_run):
    now = [0.0]
    run = make_run("a", clock=lambda: now[0])

    assert not run.indexing.due([ROOT / "a"])
    now[0] = 29.9
    assert not run.indexing.due([])
    now[0] = 30.0
    assert run.indexing.due([])
    run.indexing.followed()
    assert not run.indexing.due([ROOT / "b"] * (INDEX_BATCH - 1))
    assert run.indexing.due([ROOT / "b"])
    run.indexing.followed()
    run.admit(comparison("x"))
    assert not run.indexing.due([ROOT / "b"])
    assert run.indexing.due([ROOT / "x"])


def test_the_stores_do_not_follow_where_nothing_was_read(make_run):
    now = [0.0]
    run = make_run("a", clock=lambda: now[0])
    now[0] = 2 * INDEX_SECONDS

    assert not run.indexing.due([])
