"""Places below roots, their stamps, the number of changes, and writers side by side."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from indexer.catalog import database
from indexer.catalog.catalog import Catalog
from indexer.entities import Box, EngineId, Failure, Reading, Stamp, State, Word
from indexer.errors import CatalogError

ENGINE = EngineId("e1", "abc")
STAMP = Stamp(10, 20, 30, 40, 50)
A, B = Path("/p/a.jpg"), Path("/p/sub/b.jpg")


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'catalog.db'}"


@pytest.fixture
def catalog(url):
    with Catalog(url) as opened:
        yield opened


def fill(catalog):
    """Two photos and a failure below /p."""
    catalog.put_places([(A, STAMP, "a"), (B, STAMP, "b")], 0.0)
    for content in "ab":
        catalog.put_reading(content, Reading(9, 9, None, ()), ENGINE)
    catalog.put_failure(Failure(Path("/p/sub/c.jpg"), "damaged", 1, 9.0), STAMP, ENGINE, 0.0)


def known(catalog):
    return set(catalog.places()), [failure.path for failure in catalog.failures()]


def stamps_of(**changes):
    status = {"st_size": 5, "st_mtime_ns": 1, "st_ctime_ns": 1, "st_dev": 1, "st_ino": 1}
    return Stamp.of(SimpleNamespace(**status | changes))


# roots -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "steps",
    [
        [["/p"]],
        [["/p/sub"], ["/p"]],
        [["/p"], ["/p/sub"]],
        [["/p"], ["/p/sub"], ["/p"]],
        [["/"], ["/p"], ["/p/sub"]],
        [["/p", "/p/sub"], ["/"]],
        [["/p/su"], ["/p/sub"], ["/p/s"], ["/p"]],
        [["/elsewhere"]],
    ],
)
def test_files_keep_their_paths_whatever_roots_are_recorded_when(catalog, steps):
    for roots in steps[:1]:
        catalog.set_roots({Path(root): False for root in roots})
    fill(catalog)
    before = known(catalog)
    for roots in steps[1:]:
        catalog.set_roots({Path(root): False for root in roots})

        assert known(catalog) == before
        assert catalog.photo_at(B).places == (B,)
        everything = catalog.photos_within(since=None, until=None, folder=Path("/p"))
        assert len(everything) == 2
        assert len(catalog.photos_within(since=None, until=None, folder=Path("/p/sub"))) == 1
        assert catalog.attempts(Path("/p/sub/c.jpg")) == 1
    catalog.drop_places([A, B, Path("/p/sub/c.jpg")], 1.0)
    assert known(catalog) == (set(), [])


def test_a_root_within_another_that_is_recorded_becomes_a_part_of_it(catalog):
    catalog.set_roots({Path("/p/sub"): True, Path("/q"): True})
    fill(catalog)
    assert catalog.counts()["offline"] == 1

    catalog.set_roots({Path("/p"): False})

    assert catalog.roots() == {Path("/p"): False, Path("/q"): True}
    assert (catalog.counts()["offline"], catalog.counts()["empty"]) == (0, 2)


def test_a_root_within_one_that_is_offline_is_there_if_it_was_seen_later(catalog):
    catalog.set_roots({Path("/p"): True})
    fill(catalog)
    assert catalog.counts()["offline"] == 2

    catalog.set_roots({Path("/p/sub"): False})
    assert catalog.counts()["offline"] == 1
    catalog.set_roots({Path("/p"): True})
    assert catalog.counts()["offline"] == 2
    catalog.set_roots({Path("/p/sub"): False, Path("/p"): False})
    assert catalog.counts()["offline"] == 0


def test_a_photo_with_a_place_that_is_there_is_not_offline(catalog):
    catalog.set_roots({Path("/p"): True, Path("/q"): False})
    catalog.put_places([(A, STAMP, "a"), (Path("/q/a.jpg"), STAMP, "a")], 0.0)

    assert (catalog.counts()["offline"], catalog.counts()["pending"]) == (0, 1)


NAMES = [
    b"[odd]*?.jpg", b"\x1b]0;title\x07.jpg", b"two\nlines\r.jpg", b"caf\xe9.jpg", b"\xff\xfe.jpg",
    "Übung.jpg".encode(), "U\u0308bung.jpg".encode(), b"-rf.jpg", b" .jpg", b"%s'\"\\.jpg",
    b"n" * 251 + b".jpg", "日".encode() * 83 + b".jpg", b"\\udce9.jpg",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_any_name_is_kept_byte_for_byte_in_a_root_of_any_name(catalog, name):
    for root in (Path("/p"), Path(os.fsdecode(b"/roots/" + name.removesuffix(b".jpg")))):
        path = root / os.fsdecode(name)
        catalog.set_roots({root: False})
        catalog.put_places([(path, STAMP, "a")], 0.0)

        assert catalog.places([path]) == {path: STAMP}
        assert path in catalog.places()
        catalog.put_failure(Failure(path, "damaged", 1, 9.0), STAMP, ENGINE, 0.0)
        assert [failure.path for failure in catalog.failures()] == [path]
        catalog.drop_places([path], 0.0)
        assert catalog.places() == {}


# stamps ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "number",
    [0, -1, 10_500_000_000 * 10**9, -62_135_596_800 * 10**9, 2**63 - 1, 2**63, 2**64 - 1, -(2**63),
     -(2**63) - 1, 2**80],
)  # fmt: skip
@pytest.mark.parametrize("field", ["st_size", "st_mtime_ns", "st_ctime_ns", "st_dev", "st_ino"])
def test_any_time_and_number_is_stored_and_the_same_when_it_is_seen_again(catalog, field, number):
    stamp = stamps_of(**{field: number})

    catalog.put_places([(A, stamp, "a")], 0.0)
    catalog.put_failure(Failure(B, "damaged", 1, 9.0), stamp, ENGINE, 0.0)
    catalog.restamp({A: stamp})

    assert catalog.places() == {A: stamp, B: stamp}
    assert stamps_of(**{field: number}) == stamp


def test_times_that_do_not_fit_remain_different():
    assert stamps_of(st_mtime_ns=2**63) != stamps_of(st_mtime_ns=2**63 + 1)


@pytest.mark.parametrize(
    ("changes", "keeps"),
    [
        ({}, True),
        ({"st_ctime_ns": 9}, True),  # new permissions, one name more or less
        ({"st_dev": 9}, True),  # after a restart
        ({"st_ino": 9}, True),  # on a memory card, at any time
        ({"st_ino": 9, "st_ctime_ns": 9}, False),  # another file of the same size and age
        ({"st_size": 9}, False),
        ({"st_mtime_ns": 9}, False),
    ],
)
def test_what_proves_that_a_file_may_hold_something_else(changes, keeps):
    assert stamps_of(**changes).keeps_content_of(stamps_of()) is keeps


def test_of_a_stamp_without_an_inode_only_size_and_time_count():
    assert stamps_of(st_ctime_ns=9).keeps_content_of(Stamp(5, 1))


def test_a_new_stamp_changes_neither_photo_nor_stores(catalog):
    fill(catalog)
    catalog.indexed(catalog.stale(9))

    catalog.restamp({A: Stamp(1, 2, 3, 4, 5), Path("/p/unknown.jpg"): STAMP})

    assert catalog.places([A, Path("/p/unknown.jpg")]) == {A: Stamp(1, 2, 3, 4, 5)}
    assert catalog.stale(9) == []


def test_all_names_of_a_file_are_found_by_its_inode(catalog):
    catalog.put_places([(A, STAMP, "a"), (B, STAMP, "a"), (Path("/p/c"), Stamp(1, 1), "a")], 0.0)

    assert sorted(catalog.names({50})) == [A, B]
    assert catalog.names({0, 51}) == []


# corners -----------------------------------------------------------------------------------


def test_a_word_keeps_its_corners_and_a_level_one_has_those_of_its_box(catalog):
    corners = ((1.5, 2.0), (30.25, -4.0), (31.0, 40.0), (2.0, 44.75))
    slanted = Word(Box(1, 2, 30, 40), 0, "slanted", 0.5, corners=corners)
    level = Word(Box(1, 2, 30, 40), 0, "level", 0.5)
    catalog.put_places([(A, STAMP, "a")], 0.0)

    catalog.put_reading("a", Reading(99, 99, None, (slanted, level)), ENGINE)

    assert catalog.photo_at(A).words == (slanted, level)
    assert slanted.outline == corners
    assert level.outline == ((1, 2), (30, 2), (30, 40), (1, 40))


# changes and stores ------------------------------------------------------------------------

WRITES = {
    "set_roots": lambda c: c.set_roots({Path("/new"): False}),
    "set_volumes": lambda c: c.set_volumes({}, [Path("/p")]),
    "put_places": lambda c: c.put_places([(A, STAMP, "new")], 0.0),
    "drop_places": lambda c: c.drop_places([A], 0.0),
    "restamp": lambda c: c.restamp({A: STAMP}),
    "put_reading": lambda c: c.put_reading("a", Reading(1, 1, None, ()), ENGINE),
    "put_failure": lambda c: c.put_failure(Failure(A, "x", 1, 9.0), STAMP, ENGINE, 0.0),
    "retry_now": lambda c: c.retry_now(),
    "indexed": lambda c: c.indexed(c.stale(9)),
    "unindex_all": lambda c: c.unindex_all(),
}


@pytest.mark.parametrize("write", WRITES)
def test_every_write_raises_the_number_of_changes(catalog, url, write):
    fill(catalog)
    with Catalog(url) as reader:
        before = reader.changes()
        assert reader.changes() == before

        WRITES[write](catalog)

        assert reader.changes() > before


def test_what_changes_nothing_does_not_raise_it(catalog):
    catalog.set_roots({Path("/p"): False})
    before = catalog.changes()

    catalog.set_roots({Path("/p"): False})
    catalog.drop_places([], 0.0)
    catalog.restamp({})
    catalog.purge(0.0)

    assert catalog.changes() == before


def test_each_store_is_told_of_changes_until_it_has_them(url):
    with Catalog(url, store="one") as one, Catalog(url, store="two") as two:
        fill(one)
        one.indexed(one.stale(9))

        assert one.stale(9) == []
        assert len(two.stale(9)) == 2
        assert (one.count_searchable(), two.count_searchable()) == ((0, 0), (0, 2))


def test_changes_come_in_batches_that_leave_none_out(catalog):
    files = [(Path(f"/p/{n}.jpg"), STAMP, f"{n}") for n in range(20)]
    catalog.put_places(files, 0.0)
    for _, _, content in files:
        catalog.put_reading(content, Reading(1, 1, None, ()), ENGINE)
    catalog.drop_places([path for path, _, _ in files[:9]], 1.0)  # in one transaction

    seen = []
    while batch := catalog.stale(4):
        seen += [photo.id for photo in batch]
        catalog.indexed(batch)

    assert sorted(set(seen)) == sorted(seen) == list(range(1, 21))


def test_photos_are_purged_only_when_every_store_has_forgotten_them(url):
    with Catalog(url, store="one") as one, Catalog(url, store="two") as two:
        fill(one)
        two.indexed(two.stale(9))
        one.drop_places([A], 1.0)
        one.indexed(one.stale(9))

        assert one.purge(2.0) == []
        two.indexed(two.stale(9))
        assert len(one.purge(2.0)) == 1


# writers side by side ----------------------------------------------------------------------

WRITER = """
import sys
from pathlib import Path
from indexer.catalog.catalog import Catalog
from indexer.entities import EngineId, Reading, Stamp, Word, Box
url, name, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
with Catalog(url) as catalog:
    for n in range(count):
        catalog.put_places([(Path(f"/p/{name}{n}.jpg"), Stamp(n, n), f"{name}{n}")], 0.0)
        word = Word(Box(0, 0, 1, 1), 0, name, 0.5)
        catalog.put_reading(f"{name}{n}", Reading(1, 1, None, (word,)), EngineId("e", "abc"))
"""


def write_side_by_side(url, count):
    python = [sys.executable, "-c", WRITER, url]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    processes = [
        subprocess.Popen([*python, name, str(count)], env=environment, stderr=subprocess.PIPE)
        for name in "ab"
    ]
    return [(process.communicate()[1].decode(), process.returncode) for process in processes]


@pytest.mark.thorough
@pytest.mark.parametrize(
    "count", [20, pytest.param(500, marks=pytest.mark.slow, id="two thousand writes")]
)
def test_two_processes_write_one_catalog_and_nothing_is_lost(url, count):
    assert write_side_by_side(url, count) == [("", 0), ("", 0)]

    with Catalog(url) as catalog:
        assert len(catalog.places()) == 2 * count
        assert catalog.counts()["words"] == catalog.counts()[State.READ] == 2 * count
        assert len(catalog.stale(10_000)) == 2 * count
        assert catalog.changes() == 4 * count


def test_a_writer_waits_for_its_turn_before_it_reads(url, catalog, monkeypatch):
    monkeypatch.setattr(database, "BUSY_MS", 1)
    with Catalog(url) as other, database.writing(catalog._engine):
        assert other.places() == {}  # who reads waits for nobody
        with pytest.raises(CatalogError, match="another program holds it"):
            other.put_places([(A, STAMP, "a")], 0.0)
