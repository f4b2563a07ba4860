from __future__ import annotations

import fnmatch
import os
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy.dialects import postgresql

from indexer.catalog import conditions
from indexer.catalog.catalog import Catalog
from indexer.catalog.roots import Roots
from indexer.catalog.schema import PLACE
from indexer.entities import EngineId, Reading, Stamp
from indexer.query.ast import Field

pytestmark = pytest.mark.thorough

ENGINE, STAMP = EngineId("e1", "abc"), Stamp(10, 20)

FOLDERS = [
    b"/photos/Notes 2026/march", b"/photos/Notes 2026/March/sub", b"/photos/a", b"/photos/ab",
    b"/photos/a/b/c", b"/photos/a-b", b"/photos/[odd]", b"/photos/100%_a", b"/photos/caf\xe9/x", b"",
    "/photos/Übung".encode(), "/photos/üBUNG/march".encode(), "/photos/straße".encode(),
    "/photos/\N{KELVIN SIGN}elvin".encode(), "/photos/\N{LATIN SMALL LIGATURE FI}le".encode(),
]  # fmt: skip
NAMES = [
    b"board-1.jpg", b"Board_2.JPG", b"caf\xe9.png", "Über.jpg".encode(), b"we[i]rd.x.y", b"a", b"a[1].jpg",
    b"[ab].jpg", b"a]^!b.jpg", b"50%_a.jpg", b"a\\b.jpg", b"a{b}$.jpg", b"a (1).jpg",
]  # fmt: skip
PLACES = [Path(os.fsdecode(folder + b"/" + name)) for folder in FOLDERS for name in NAMES]

VALUES = [
    "march", "MARCH", "notes 2026/march/", "notes*", "*a*", "a", "a/b", "/a/", "a?b", "[odd]",
    "[a]b", "[!a]b", "[a", "100%_a", "%", "_", "photos", "/", "*", "übung", "ÜBUNG", "strasse",
    "straße", "kelvin", "file", "caf*", "caf\udce9", "board-1", "board*", "*.jpg", "über*",
    "we[i]rd*", "we[[]i]rd*", "we*.x", "?", "a[1]", "A[1].jpg", "[ab].jpg", "[ab]", "[*", "a[?]*",
    "a]^!b", "[!a]*", "[^a]*", "50%_a", "50__a", "%%", "a\\b", "a\\*", "a{b}$", "a (1)", "[odd]/*",
]  # fmt: skip


@pytest.fixture
def catalog(tmp_path):
    with Catalog(f"sqlite:///{tmp_path / 'catalog.db'}") as opened:
        yield opened


def put(catalog, path, content, taken=None):
    catalog.put_places([(path, STAMP, content)], 0.0)
    catalog.put_reading(content, Reading(9, 9, taken, ()), ENGINE)
    return catalog.photo_at(path).id


def fulfils(field, place):
    """What the fields mean, place by place."""
    value = field.value.casefold().replace("[", "[[]")  # a bracket is a bracket
    if field.name == "name":
        name = place.name.casefold()
        return fnmatch.fnmatchcase(name, value) or fnmatch.fnmatchcase(name, value + ".*")
    return fnmatch.fnmatchcase(f"{place.parent}/".casefold(), f"*/{value.strip('/')}/*")


def test_fields_find_the_photos_that_a_look_at_every_place_finds(catalog):
    ids = {place: put(catalog, place, f"{n}") for n, place in enumerate(PLACES)}

    for field in [Field(name, value) for name in ("folder", "name") for value in VALUES]:
        expected = {ids[place] for place in PLACES if fulfils(field, place)}
        assert catalog.photos_fulfilling(field) == expected, field


def test_a_folder_holds_what_lies_below_it_in_this_case_and_spelling(catalog):
    ids = {place: put(catalog, place, f"{n}") for n, place in enumerate(PLACES)}

    for folder in (
        "/photos/a", "/photos/Notes 2026", "/photos/[odd]", "/", "/photos/a/a", "/no", "a",
    ):  # fmt: skip
        found = catalog.photos_within(since=None, until=None, folder=Path(folder))
        assert found == {ids[place] for place in PLACES if place.is_relative_to(folder)}, folder


def test_a_folder_whose_name_is_not_utf8_holds_its_photos(catalog):
    folder = Path(os.fsdecode(b"/photos/caf\xe9"))
    odd = put(catalog, folder / "a.jpg", "odd")
    put(catalog, Path("/photos/caf/a.jpg"), "other")

    assert catalog.photos_within(since=None, until=None, folder=folder) == {odd}


def test_a_field_and_a_folder_are_asked_of_the_same_place(catalog):
    put(catalog, Path("/photos/a/x.jpg"), "hash")
    put(catalog, Path("/photos/b/y.jpg"), "hash")

    assert catalog.photos_fulfilling(Field("name", "y"), Path("/photos/a")) == set()
    assert len(catalog.photos_fulfilling(Field("name", "y"), Path("/photos/b"))) == 1


def test_dates_are_half_open_and_a_photo_without_one_fulfils_none(catalog):
    taken = [datetime(2026, 3, 14), datetime(2026, 3, 14, 23, 59, 59), datetime(2026, 3, 15), None]
    ids = [put(catalog, Path(f"/p/{n}.jpg"), f"{n}", when) for n, when in enumerate(taken)]

    assert catalog.photos_fulfilling(Field("date", "2026-03-14")) == set(ids[:2])
    assert catalog.photos_fulfilling(Field("date", "..2026")) == set(ids[:3])
    assert catalog.photos_within(since=taken[1], until=taken[2], folder=None) == {ids[1]}
    assert catalog.photos_within(since=taken[1], until=None, folder=Path("/p")) == set(ids[1:3])


def test_a_photo_that_lost_its_places_is_within_nothing(catalog):
    put(catalog, Path("/p/a.jpg"), "hash", datetime(2026, 3, 14))
    catalog.drop_places([Path("/p/a.jpg")], 1.0)

    assert catalog.photos_fulfilling(Field("date", "2026")) == set()
    assert catalog.photos_fulfilling(Field("name", "a")) == set()
    assert catalog.photos_within(since=None, until=None, folder=Path("/p")) == set()


@pytest.mark.parametrize(("pattern", "literal"), [("notes*", b"/notes"), ("n?tes 2*", b"tes 2")])
def test_the_database_passes_over_most_files_that_cannot_match(
    catalog, monkeypatch, pattern, literal
):
    for n, place in enumerate(PLACES):
        put(catalog, place, f"{n}")
    looked_at = []
    matcher = conditions.place_matcher

    def counting(field):
        matches = matcher(field)
        return lambda path: looked_at.append(path) or matches(path)

    monkeypatch.setattr("indexer.catalog.queries.place_matcher", counting)
    catalog.photos_fulfilling(Field("folder", pattern))

    plain = [path for path in looked_at if path.isascii()]
    assert plain
    assert all(literal in path.lower() for path in plain)


def test_other_databases_are_asked_for_all_places_and_decided_on_in_python(catalog):
    condition = conditions.may_match(Field("folder", "march"), "postgresql")

    assert str(condition.compile(dialect=postgresql.dialect())) == "true"
    with catalog._reading() as connection:
        below = Roots(connection).below(PLACE, Path("/a"))
    assert below.compile(dialect=postgresql.dialect()).params.values()
