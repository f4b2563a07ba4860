"""What another catalog exported, undoing and redoing, and the checks of photos that follow."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest
import sqlalchemy as sa

from indexer.catalog.catalog import Catalog
from indexer.corrections.correction import Correction, PhotoCheck
from indexer.entities import Box, EngineId, Reading, Stamp, Word

CONTENT = "0" * 32
READ = (
    Word(Box(10, 10, 90, 40), 0, "quene", 0.7, (("quene", 0.7),), b"p1"),
    Word(Box(100, 10, 180, 40), 0, "depth", 0.9, (("depth", 0.9),), b"p2"),
)
QUEUE = Correction("1" * 32, CONTENT, (400, 300), READ[0].box, "queue", created_at=1.0)
DEATH = Correction("2" * 32, CONTENT, (400, 300), READ[1].box, "death", created_at=2.0)
NOW = 1000.0


@pytest.fixture
def catalog(tmp_path):
    with Catalog(f"sqlite:///{tmp_path / 'catalog.db'}") as opened:
        opened.put_places([(tmp_path / "a.jpg", Stamp(10, 20), CONTENT)], 0.0)
        opened.put_reading(CONTENT, Reading(400, 300, None, READ), EngineId("e1", "abc"))
        yield opened


@pytest.fixture
def other(tmp_path):
    with Catalog(f"sqlite:///{tmp_path / 'other.db'}") as opened:
        yield opened


def texts(catalog) -> list[str]:
    return [word.text for word in catalog.photo_with(CONTENT).words]


def carry(source, target):
    return target.take_in(source.corrections(), source.checks(), NOW)


def test_what_was_undone_elsewhere_later_is_undone(catalog, other):
    catalog.correct([QUEUE])
    carry(catalog, other)
    other.undo([QUEUE.uid], 5.0)

    assert [c.uid for c in carry(other, catalog).changed] == [QUEUE.uid]

    assert texts(catalog) == ["quene", "depth"]
    assert carry(other, catalog).changed == []


def test_what_was_redone_elsewhere_later_counts_again(catalog, other):
    catalog.correct([QUEUE])
    catalog.undo([QUEUE.uid], 5.0)
    carry(catalog, other)
    other.redo([QUEUE.uid], 6.0)

    carry(other, catalog)

    assert texts(catalog) == ["queue", "depth"]


def test_what_was_undone_elsewhere_before_it_was_redone_here_counts(catalog, other):
    catalog.correct([QUEUE])
    carry(catalog, other)
    other.undo([QUEUE.uid], 5.0)
    catalog.undo([QUEUE.uid], 6.0)
    catalog.redo([QUEUE.uid], 7.0)

    assert carry(other, catalog).changed == []

    assert texts(catalog) == ["queue", "depth"]


def test_a_time_of_a_clock_that_is_ahead_does_not_prevail_over_what_is_said_now(catalog):
    ahead = replace(QUEUE, created_at=NOW + 10**6, undone_at=NOW + 10**7, changed_at=NOW + 10**7)
    catalog.take_in([ahead], [PhotoCheck(CONTENT, NOW + 10**6)], NOW)

    [made] = catalog.corrections()
    assert (made.created_at, made.undone_at, made.changed_at) == (NOW, NOW, NOW)
    assert catalog.checked() == {CONTENT: NOW}


def test_what_is_said_now_prevails_though_the_clock_was_set_back(catalog):
    catalog.correct([replace(QUEUE, created_at=50.0)])

    [made] = catalog.correct([replace(QUEUE, uid="3" * 32, text="quiche", created_at=3.0)])

    assert made.created_at == 50.0
    assert texts(catalog) == ["quiche", "depth"]


def test_an_imported_correction_does_not_count_as_said_now(catalog):
    catalog.correct([replace(QUEUE, created_at=50.0)])

    catalog.take_in([replace(QUEUE, uid="3" * 32, text="quiche", created_at=3.0)], [], NOW)

    assert texts(catalog) == ["queue", "depth"]


def test_a_checked_photo_is_checked_elsewhere(catalog, other):
    catalog.check(CONTENT, None, "", 9.0)

    carry(catalog, other)

    assert other.checked() == {CONTENT: 9.0}


def test_a_photo_is_unchecked_and_checked_again_by_whoever_was_later(catalog, other):
    catalog.check(CONTENT, None, "", 9.0)
    carry(catalog, other)
    catalog.uncheck(CONTENT, 10.0)
    carry(catalog, other)
    assert other.checked() == {}

    catalog.redo(catalog.last_undone("person"), 11.0)
    carry(catalog, other)

    assert catalog.checked() == other.checked() == {CONTENT: 9.0}


def test_a_check_that_was_undone_is_not_told_where_nobody_knew_of_it(catalog, other):
    catalog.check(CONTENT, None, "", 9.0)
    catalog.uncheck(CONTENT, 10.0)

    assert carry(catalog, other).checked == []


def test_an_import_that_undoes_a_word_unchecks_its_photo(catalog):
    catalog.check(CONTENT, None, "", 9.0)
    [first, _] = catalog.corrections()

    catalog.take_in([replace(first, undone_at=20.0, changed_at=20.0)], [], NOW)

    assert catalog.checked() == {}


def test_what_was_undone_last_is_redone_first(catalog):
    catalog.correct([QUEUE, DEATH])
    catalog.undo([QUEUE.uid], 5.0)
    catalog.undo([QUEUE.uid, DEATH.uid], 6.0)

    assert catalog.last_undone("person") == [DEATH.uid]
    catalog.redo(catalog.last_undone("person"), 7.0)
    assert texts(catalog) == ["quene", "death"]
    catalog.redo(catalog.last_undone("person"), 8.0)
    assert texts(catalog) == ["queue", "death"]
    assert catalog.last_undone("person") == []


def test_redoing_checks_a_photo_again_once_all_is_redone(catalog):
    catalog.check(CONTENT, None, "", 9.0)
    both = [c.uid for c in catalog.corrections()]
    catalog.undo(both, 10.0)

    catalog.redo(both[:1], 11.0)
    assert catalog.checked() == {}
    catalog.redo(both[1:], 12.0)
    assert catalog.checked() == {CONTENT: 9.0}


def test_a_photo_of_which_nothing_is_said_any_more_is_not_checked(catalog):
    catalog.check(CONTENT, None, "", 9.0)

    catalog.forget_corrections([c.uid for c in catalog.corrections()], 10.0)

    assert catalog.checked() == {}


def test_a_photo_that_is_not_there_is_not_checked_once_all_of_it_is_forgotten(catalog, other):
    catalog.check(CONTENT, None, "", 9.0)
    carry(catalog, other)

    other.forget_corrections([c.uid for c in other.corrections()], 10.0)

    assert other.checked() == {}


@pytest.mark.parametrize(
    "change",
    [
        lambda catalog: catalog.correct([DEATH]),
        lambda catalog: catalog.undo([QUEUE.uid], 5.0),
        lambda catalog: catalog.check(CONTENT, None, "", 9.0),
        lambda catalog: catalog.forget_corrections([QUEUE.uid], 9.0),
    ],
)
def test_a_change_of_corrections_is_told_from_all_others(catalog, change):
    catalog.correct([QUEUE])
    before = catalog.corrections_written()
    catalog.put_inks({QUEUE.uid: b"png"})
    assert catalog.corrections_written() == before

    change(catalog)

    assert catalog.corrections_written() != before


def test_corrections_without_an_image_are_found_without_looking_at_the_others(catalog):
    catalog.correct([QUEUE, DEATH])
    catalog.put_inks({QUEUE.uid: b"png"})
    asked = []
    listen = sa.event.listens_for(catalog._engine, "before_cursor_execute")
    listen(lambda *given: asked.append(given[2:4]))

    assert [c.uid for c in catalog.without_ink()[CONTENT]] == [DEATH.uid]

    statement, values = asked[-1]
    with closing(sqlite3.connect(catalog._engine.url.database)) as connection:
        steps = connection.execute(f"EXPLAIN QUERY PLAN {statement}", values).fetchall()
    assert any("ix_correction_without_ink" in step[3] for step in steps)


def test_the_latest_of_many_events_counts_in_whatever_order_homes_tell_of_them(catalog):
    catalog.correct([QUEUE])
    catalog.undo([QUEUE.uid], 5.0)
    redone = replace(QUEUE, changed_at=6.0)
    undone = replace(QUEUE, undone_at=7.0, changed_at=7.0)

    for told in (undone, redone):
        catalog.take_in([told], [], NOW)

    assert texts(catalog) == ["quene", "depth"]


def test_a_check_counts_as_its_latest_event_says(catalog):
    checked = PhotoCheck(CONTENT, 1.0)
    undone, again = (
        replace(checked, undone_at=3.0, changed_at=3.0),
        replace(checked, changed_at=2.0),
    )

    told = [len(catalog.take_in([], [check], NOW).checked) for check in (undone, again, checked)]

    assert (told, catalog.checked()) == ([0, 0, 0], {})
