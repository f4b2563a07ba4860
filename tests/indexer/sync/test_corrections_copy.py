"""The daily copy of corrections: what is in it, and when it is written."""

from __future__ import annotations

import logging

import pytest

from indexer.catalog.catalog import Catalog
from indexer.corrections.correction import Correction, PhotoCheck
from indexer.entities import Box
from indexer.sync.corrections_copy import EVERY_SECONDS, copied, drop_from_copy, keep_copy

QUEUE = Correction("1" * 32, "a" * 32, (400, 300), Box(1, 2, 30, 40), "queue", created_at=5.0)
DEPTH = Correction("2" * 32, "b" * 32, (400, 300), Box(1, 2, 30, 40), "depth", created_at=6.0)
NOW = 2_000_000_000.0


@pytest.fixture
def catalog(tmp_path):
    with Catalog(f"sqlite:///{tmp_path}/catalog.db") as opened:
        yield opened


@pytest.fixture
def copy(tmp_path):
    return tmp_path / "corrections.jsonl"


def texts(copy):
    return [c.text for c in copied(copy).corrections]


def test_without_corrections_there_is_no_copy(catalog, copy):
    keep_copy(copy, catalog, NOW)

    assert not copy.exists()


def test_the_copy_has_all_corrections_those_that_were_undone_too(catalog, copy):
    catalog.correct([QUEUE, DEPTH])
    catalog.undo([QUEUE.uid], 9.0)

    keep_copy(copy, catalog, NOW)

    assert [(c.text, c.undone_at) for c in copied(copy).corrections] == [
        ("queue", 9.0),
        ("depth", None),
    ]


def test_a_copy_is_renewed_when_it_is_a_day_old(catalog, copy):
    catalog.correct([QUEUE])
    keep_copy(copy, catalog, NOW)
    catalog.correct([DEPTH])

    keep_copy(copy, catalog, NOW + EVERY_SECONDS - 1)
    assert texts(copy) == ["queue"]
    keep_copy(copy, catalog, NOW + EVERY_SECONDS)
    assert texts(copy) == ["queue", "depth"]


def test_a_copy_that_would_be_the_same_is_not_written(catalog, copy):
    catalog.correct([QUEUE])
    keep_copy(copy, catalog, NOW)
    inode = copy.stat().st_ino

    keep_copy(copy, catalog, NOW + EVERY_SECONDS)

    assert copy.stat().st_ino == inode
    assert copy.stat().st_mtime == NOW + EVERY_SECONDS


def test_the_copy_of_a_catalog_that_was_lost_is_not_written_over(catalog, copy, tmp_path, caplog):
    catalog.correct([QUEUE])
    keep_copy(copy, catalog, NOW)
    with Catalog(f"sqlite:///{tmp_path}/new.db") as new:
        new.correct([DEPTH])
        keep_copy(copy, new, NOW + EVERY_SECONDS)

    assert sorted(texts(copy)) == ["depth", "queue"]
    assert "holds 1 correction that the catalog has lost" in caplog.text


def test_what_is_forgotten_leaves_the_copy(catalog, copy):
    catalog.correct([QUEUE, DEPTH])
    keep_copy(copy, catalog, NOW)

    drop_from_copy(copy, catalog, {QUEUE.uid})

    assert texts(copy) == ["depth"]


def test_a_damaged_line_of_the_copy_costs_only_itself(catalog, copy):
    catalog.correct([QUEUE])
    keep_copy(copy, catalog, NOW)
    copy.write_text("{ damaged\n" + copy.read_text())

    assert texts(copy) == ["queue"]


def test_a_copy_that_cannot_be_written_is_told_and_stops_nothing(catalog, tmp_path, caplog):
    catalog.correct([QUEUE])

    with caplog.at_level(logging.WARNING, logger="ocrsearch"):
        keep_copy(tmp_path / "absent" / "corrections.jsonl", catalog, NOW)

    assert "was not written" in caplog.text


def test_nothing_half_written_is_left(catalog, copy, tmp_path):
    catalog.correct([QUEUE])
    keep_copy(copy, catalog, NOW)

    assert [p.name for p in tmp_path.glob("corrections*")] == ["corrections.jsonl"]


def test_a_copy_is_not_made_anew_if_no_correction_was_written_since(catalog, copy, monkeypatch):
    catalog.correct([QUEUE])
    keep_copy(copy, catalog, NOW)
    catalog.put_inks({QUEUE.uid: b"png"})
    monkeypatch.setattr(type(catalog), "corrections", lambda _: pytest.fail("looked at all"))

    keep_copy(copy, catalog, NOW + EVERY_SECONDS)

    assert copy.stat().st_mtime == NOW + EVERY_SECONDS


def test_the_copy_has_checks_of_photos_and_those_that_only_it_has_stay(catalog, copy, tmp_path):
    catalog.take_in([QUEUE], [PhotoCheck(QUEUE.content, 7.0)], NOW)
    keep_copy(copy, catalog, NOW)
    with Catalog(f"sqlite:///{tmp_path}/new.db") as new:
        new.take_in([DEPTH], [PhotoCheck(DEPTH.content, 8.0, 9.0, 9.0)], NOW)
        keep_copy(copy, new, NOW + EVERY_SECONDS)

    assert copied(copy).checks == (
        PhotoCheck(DEPTH.content, 8.0, 9.0, 9.0),
        PhotoCheck(QUEUE.content, 7.0),
    )


def test_what_is_forgotten_takes_the_check_of_its_photo_along(catalog, copy):
    catalog.take_in([QUEUE, DEPTH], [PhotoCheck(c.content, 7.0) for c in (QUEUE, DEPTH)], NOW)
    keep_copy(copy, catalog, NOW)
    catalog.forget_corrections({QUEUE.uid}, 8.0)

    drop_from_copy(copy, catalog, {QUEUE.uid})

    assert [check.content for check in copied(copy).checks] == [DEPTH.content]
    keep_copy(copy, catalog, NOW + 3 * EVERY_SECONDS)
    assert [c.content for c in copied(copy).checks if c.undone_at is None] == [DEPTH.content]
