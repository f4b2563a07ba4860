from __future__ import annotations

import os
import sqlite3
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from indexer.catalog import database, schema
from indexer.catalog.catalog import Catalog
from indexer.entities import Box, EngineId, Failure, PhotoId, Reading, Stamp, State, Volume, Word
from indexer.errors import CatalogError

ENGINE = EngineId("e1", "abc")
WORD = Word(Box(1, 2, 30, 40), 3, "queue", 0.75, (("queue", 0.75), ("queve", 0.125)), b"\x00\x80")
STAMP = Stamp(10, 20)


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'catalog.db'}"


@pytest.fixture
def catalog(url):
    with Catalog(url) as opened:
        yield opened


def test_a_reading_comes_back_as_it_went_in(catalog, tmp_path):
    taken = datetime(2026, 3, 1, 12, 30)
    catalog.put_places([(tmp_path / "a.jpg", STAMP, "hash")], 0.0)

    catalog.put_reading("hash", Reading(400, 300, taken, (WORD, WORD)), ENGINE)

    photo = catalog.photo_at(tmp_path / "a.jpg")
    assert (photo.width, photo.height, photo.taken, photo.state) == (400, 300, taken, State.READ)
    assert photo.words == (WORD, WORD)


def test_two_places_are_one_photo(catalog, tmp_path):
    catalog.put_places([(tmp_path / "a.jpg", STAMP, "hash")], 0.0)
    catalog.put_places([(tmp_path / "b.jpg", STAMP, "hash")], 0.0)

    assert catalog.photo_at(tmp_path / "b.jpg").places == (tmp_path / "a.jpg", tmp_path / "b.jpg")
    among = catalog.places()
    assert catalog.unread(ENGINE, among) == dict.fromkeys(among, "hash")


def test_a_photo_with_several_places_is_counted_once_and_other_states_are_none(catalog, tmp_path):
    for name in ("a.jpg", "b.jpg"):
        catalog.put_places([(tmp_path / name, STAMP, "hash")], 0.0)

    counts = catalog.counts()

    assert counts.pop("pending") == 1
    assert set(counts.values()) == {0}


def test_words_know_their_lines_and_who_stands_on_them(catalog, tmp_path):
    words = [replace(WORD, line=line) for line in (0, 0, 2)]
    catalog.put_places([(tmp_path / "a.jpg", STAMP, "hash")], 0.0)
    catalog.put_reading("hash", Reading(4, 3, None, tuple(words)), ENGINE)
    photo = catalog.photo_at(tmp_path / "a.jpg").id

    assert catalog.lines([photo]) == {photo: {0: 0, 1: 0, 2: 2}}
    assert catalog.words_on_lines({photo: {1}}) == {photo: {0: words[0], 1: words[1]}}


def test_a_photo_that_is_not_read_yet_has_no_size_and_no_words(catalog, tmp_path):
    catalog.put_places([(tmp_path / "a.jpg", STAMP, "hash")], 0.0)

    photo = catalog.photo_at(tmp_path / "a.jpg")

    assert (photo.state, photo.width, photo.height, photo.words) == (State.PENDING, 0, 0, ())


def test_the_derived_stores_must_hold_only_photos_that_are_there_and_have_words(catalog, tmp_path):
    empty = Reading(4, 3, None, ())
    for name, reading in {"read": Reading(4, 3, None, (WORD,)), "empty": empty}.items():
        catalog.put_places([(tmp_path / name, STAMP, name)], 0.0)
        catalog.put_reading(name, reading, ENGINE)
    catalog.put_places([(tmp_path / "pending", STAMP, "pending")], 0.0)

    catalog.indexed(catalog.stale(9))

    assert catalog.searchable() == ({catalog.photo_at(tmp_path / "read").id}, set())


def test_a_name_that_is_not_utf8_survives(catalog, tmp_path):
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.jpg"))

    catalog.put_places([(odd, STAMP, "hash")], 0.0)

    assert catalog.places() == {odd: STAMP}


def test_a_reading_for_a_photo_that_vanished_meanwhile_is_dropped(catalog):
    catalog.put_reading("gone", Reading(1, 1, None, (WORD,)), ENGINE)

    assert catalog.counts()["words"] == 0


def test_only_changes_make_the_full_text_stale(catalog, tmp_path):
    catalog.put_places([(tmp_path / "a.jpg", STAMP, "hash")], 0.0)
    catalog.put_reading("hash", Reading(1, 1, None, (WORD,)), ENGINE)
    stale = catalog.stale(10)
    assert [photo.words for photo in stale] == [(WORD,)]

    catalog.indexed(stale)

    assert catalog.stale(10) == []
    [photo] = stale
    assert catalog.searchable() == ({photo.id}, set())
    assert catalog.count_searchable() == (1, 0)
    assert catalog.has_searchable()


def test_a_photo_without_words_is_none_to_search_once_the_stores_know_it(catalog, tmp_path):
    assert not catalog.has_searchable()
    catalog.put_places([(tmp_path / "a.jpg", STAMP, "hash")], 0.0)
    catalog.put_reading("hash", Reading(1, 1, None, ()), ENGINE)
    assert catalog.has_searchable()

    catalog.indexed(catalog.stale(10))

    assert not catalog.has_searchable()


def test_a_change_during_indexing_stays_stale(catalog, tmp_path):
    catalog.put_places([(tmp_path / "a.jpg", STAMP, "hash")], 0.0)
    catalog.put_reading("hash", Reading(1, 1, None, (WORD,)), ENGINE)
    stale = catalog.stale(10)
    catalog.put_reading("hash", Reading(1, 1, None, ()), ENGINE)

    catalog.indexed(stale)

    assert [photo.words for photo in catalog.stale(10)] == [None]


def test_a_photo_without_places_is_deleted_only_after_it_has_left_the_stores(catalog, tmp_path):
    catalog.put_places([(tmp_path / "a.jpg", STAMP, "hash")], 0.0)
    catalog.put_reading("hash", Reading(1, 1, None, (WORD,)), ENGINE)
    catalog.indexed(catalog.stale(10))
    catalog.drop_places([tmp_path / "a.jpg"], 1.0)

    assert catalog.purge(before=2.0) == []
    assert [photo.words for photo in catalog.stale(10)] == [None]  # the stores are still told
    catalog.indexed(catalog.stale(10))
    assert catalog.purge(before=1.0) == []
    assert len(catalog.purge(before=2.0)) == 1


def test_each_commit_reaches_the_disk_before_it_counts(url):
    engine = database.connect(url)
    with engine.connect() as connection:
        levels = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("synchronous", "journal_mode", "foreign_keys")
        ]
    engine.dispose()

    assert levels == [2, "wal", 1]  # 2 is FULL: NORMAL would lose commits with the power


def test_failures_are_kept_with_reason_and_time(catalog, tmp_path):
    failure = Failure(tmp_path / "a.jpg", "damaged", 2, 99.0)

    catalog.put_failure(failure, STAMP, ENGINE, 0.0)

    assert catalog.failures() == [failure]
    assert catalog.attempts(tmp_path / "a.jpg") == 2
    assert catalog.due(98.0, ENGINE) == {}
    assert catalog.due(99.0, ENGINE) == {tmp_path / "a.jpg": 2}
    assert catalog.due(0.0, EngineId("e2", "abc")) == {tmp_path / "a.jpg": 2}


def test_a_new_opener_tries_what_failed_and_reads_what_was_empty_but_nothing_else(
    catalog, tmp_path
):
    old, new = (EngineId("e1", "abc", f"opener-{number}", "150MP") for number in (1, 2))
    for name, words in (("full", (WORD,)), ("empty", ())):
        catalog.put_places([(tmp_path / name, STAMP, name)], 0.0)
        catalog.put_reading(name, Reading(400, 300, None, words), old)
    catalog.put_failure(Failure(tmp_path / "bad", "damaged", 2, 99.0), STAMP, old, 0.0)
    among = catalog.places()

    assert (catalog.unread(old, among), catalog.due(0.0, old)) == ({}, {})
    assert catalog.unread(new, among) == {tmp_path / "empty": "empty"}
    assert catalog.due(0.0, new) == {tmp_path / "bad": 2}

    catalog.put_reading("empty", Reading(400, 300, None, (WORD,)), new)

    assert catalog.unread(new, among) == {}
    other = catalog.unread(EngineId("e2", "abc", "opener-2"), among)
    assert set(other) == {tmp_path / "full", tmp_path / "empty"}


def test_other_limits_try_what_failed_and_nothing_else(catalog, tmp_path):
    low, high = (EngineId("e1", "abc", "opener-1", limit) for limit in ("150MP", "400MP"))
    catalog.put_places([(tmp_path / "empty", STAMP, "empty")], 0.0)
    catalog.put_reading("empty", Reading(400, 300, None, ()), low)
    catalog.put_failure(Failure(tmp_path / "bad", "too large", 2, 99.0), STAMP, low, 0.0)

    assert catalog.unread(high, catalog.places()) == {}
    assert catalog.due(0.0, high) == {tmp_path / "bad": 2}


def test_a_failure_takes_the_place_of_that_of_the_same_file_alone(catalog, tmp_path):
    other = Failure(tmp_path / "b.jpg", "damaged", 1, 9.0)
    first, again = (Failure(tmp_path / "a.jpg", "damaged", number, 9.0) for number in (1, 2))

    for failure in (other, first, again):
        catalog.put_failure(failure, STAMP, ENGINE, 1.0)

    assert catalog.failures() == [again, other]


@pytest.mark.thorough
def test_a_catalog_of_eighty_words_stays_below_its_size_budget(catalog, tmp_path):
    full = Word(
        Box(1200, 1300, 1400, 1380), 12, "queue", 0.75,
        tuple((f"queue{i}", 0.123) for i in range(8)), bytes(80),
    )  # fmt: skip
    for number in range(50):
        catalog.put_places([(tmp_path / f"{number}.jpg", STAMP, f"{number:032}")], 0.0)
        catalog.put_reading(f"{number:032}", Reading(4000, 3000, None, (full,) * 80), ENGINE)
    catalog.close()

    size = sum(file.stat().st_size for file in tmp_path.glob("catalog.db*"))

    assert size / 50 < 25_000


def definitions(engine):
    """Every table and index of a SQLite database, as it was created, whatever the white space."""
    with engine.connect() as connection:
        rows = connection.execute(
            sa.text("SELECT name, sql FROM sqlite_master WHERE type <> 'view'")
        )
        return {
            name: sql and "".join(sql.split())
            for name, sql in rows
            if "alembic_version" not in name
        }


def test_migrations_make_the_tables_as_the_schema_has_them(url):
    Catalog(url).close()
    wanted = sa.create_engine("sqlite://")
    schema.METADATA.create_all(wanted)

    assert definitions(sa.create_engine(url)) == definitions(wanted)


def test_the_view_of_all_words_has_the_columns_that_queries_ask_for(url):
    Catalog(url).close()

    with sa.create_engine(url).connect() as connection:
        columns = list(connection.execute(sa.text("SELECT * FROM effective_word")).keys())

    assert columns == schema.WORD.columns.keys()


def test_the_newest_migration_is_the_one_the_program_expects():
    from alembic.script import ScriptDirectory

    folder = Path(database.__file__).parent / "migrations"

    assert ScriptDirectory(str(folder)).get_current_head() == database.HEAD


def test_a_catalog_of_a_newer_program_is_refused_and_untouched(url, tmp_path):
    Catalog(url).close()
    with sqlite3.connect(tmp_path / "catalog.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()

    with pytest.raises(CatalogError, match="newer version"):
        Catalog(url)


@pytest.mark.usefixtures("migrations")
def test_a_migration_that_fails_leaves_no_trace(url, tmp_path, monkeypatch):
    from alembic import op

    create = op.create_table
    made = []

    def failing(name, *columns, **options):
        if len(made) == 3:
            raise sa.exc.OperationalError("CREATE", {}, Exception("database or disk is full"))
        made.append(create(name, *columns, **options))

    monkeypatch.setattr(op, "create_table", failing)
    with pytest.raises(CatalogError, match="full"):
        Catalog(url)
    monkeypatch.undo()

    with Catalog(url) as catalog:
        assert catalog.counts()["words"] == 0


def test_a_file_that_is_no_database_is_named_and_kept(url, tmp_path):
    (tmp_path / "catalog.db").write_bytes(b"this is my diary, not a database" * 40)

    with pytest.raises(CatalogError, match=r"catalog\.db"):
        Catalog(url)

    assert (tmp_path / "catalog.db").read_bytes().startswith(b"this is my diary")


def test_an_unknown_database_url_names_the_key():
    with pytest.raises(CatalogError, match="catalog_url"):
        Catalog("nosuchdatabase://here")


def test_a_catalog_of_the_first_version_is_brought_up_to_date(url, tmp_path):
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(database.__file__).parent / "migrations"))
    with sa.create_engine(url).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    with sqlite3.connect(tmp_path / "catalog.db") as old:
        old.execute("INSERT INTO root VALUES (?, 0)", (b"/photos",))
    old.close()

    with Catalog(url) as catalog:
        assert catalog.roots() == {Path("/photos"): False}
        assert catalog.volumes() == {}
        catalog.set_volumes({Path("/photos"): Volume(Path("/"), "7")})
        assert catalog.volumes() == {Path("/photos"): Volume(Path("/"), "7")}


def test_words_of_an_older_catalog_are_found_by_readings_with_accents(url, tmp_path):
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(database.__file__).parent / "migrations"))
    with sa.create_engine(url).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
    words = [("plain", "plain\t0.9"), ("Été", "Été\t0.8\tEte\t0.1"), ("œuf", "œuf\t0.7")]
    with sqlite3.connect(tmp_path / "catalog.db") as old:
        old.execute(
            "INSERT INTO photo (id, hash, state, width, height, generation)"
            " VALUES (1, 'h', 'read', 1, 1, 0)"
        )
        for place, (text, readings) in enumerate(words):
            old.execute(
                "INSERT INTO word VALUES (1, ?, 0, 0, 0, 1, 1, ?, 0.9, ?, x'', NULL)",
                (place, text, readings),
            )
    old.close()

    with Catalog(url) as catalog:
        found = {
            part: [w.text for *_, w in catalog.words_like([PhotoId(1)], [part])]
            for part in ("plain", "ete", "oeuf")
        }

    assert found == {"plain": ["plain"], "ete": ["Été"], "oeuf": ["œuf"]}


def test_corrections_of_an_older_catalog_are_kept_with_their_images(url, tmp_path):
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(database.__file__).parent / "migrations"))
    with sa.create_engine(url).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0006")
    with sqlite3.connect(tmp_path / "catalog.db") as old:
        row = (9, 9, 0, 0, 5, 5, None, "queue", "person", "", "typed", "", 0.0, 1.0)
        for number, undone in ((3, None), (7, 2.0)):
            values = (number, f"{number}" * 32, "a" * 32, *row, undone, b"png")
            old.execute(f"INSERT INTO correction VALUES ({', '.join('?' * 19)})", values)
        old.execute("INSERT INTO checked VALUES (?, 1.0, 2.0)", ("a" * 32,))
    old.close()

    with Catalog(url) as catalog:
        found = [(c.number, c.undone_at, c.changed_at) for c in catalog.corrections()]
        assert found == [(3, None, None), (7, 2.0, 2.0)]
        assert [word.ink for word in catalog.inked_words()] == [b"png"]
        assert [(c.undone_at, c.changed_at) for c in catalog.checks()] == [(2.0, 2.0)]
        catalog.correct([replace(catalog.corrections()[0], uid="8" * 32)])
        assert catalog.corrections()[-1].number == 8
