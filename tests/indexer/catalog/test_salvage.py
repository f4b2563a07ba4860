"""Corrections are read out of catalogs that are damaged."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from indexer.catalog.catalog import Catalog
from indexer.catalog.salvage import salvaged
from indexer.corrections.correction import Correction, CorrectionKind, PhotoCheck
from indexer.entities import Box

PAGE = 4096
COUNT = 400


def correction(number):
    left, right = float(number), float(number + 300)
    slanted = ((left, 4.0), (right, 0.0), (right, 69_996.0), (left, 70_000.0))
    return Correction(
        f"{number:032x}", f"{number % 7:032x}", (4000, 80_000), Box(number, 0, number + 300, 70_000),
        f"wörd {number}", ("person", "import:notes")[number % 2], CorrectionKind.DRAWN,
        1_700_000_000.25 + number, 1_800_000_000.0 if number % 5 == 0 else None,
        slanted if number % 3 == 0 else (), number=number + 1,
    )  # fmt: skip


EVERY = [correction(number) for number in range(COUNT)]


@pytest.fixture
def database(tmp_path):
    with Catalog(f"sqlite:///{tmp_path}/catalog.db") as catalog:
        catalog.correct([replace(c, number=0) for c in EVERY])
    return tmp_path / "catalog.db"


def leaves(database):
    """Numbers of the leaf pages that hold corrections."""
    content = database.read_bytes()
    pages = [content[at : at + PAGE] for at in range(0, len(content), PAGE)]
    return [n for n, page in enumerate(pages) if page[0] == 0x0D and "wörd".encode() in page]


def damage(database, *pages):
    chance = random.Random(0)
    with database.open("r+b") as file:
        for page in pages:
            file.seek(page * PAGE)
            file.write(chance.randbytes(PAGE))


def test_all_corrections_of_a_sound_catalog_are_read(database):
    assert salvaged(database).corrections == EVERY


def test_a_damaged_page_costs_only_what_is_on_it(database):
    pages = leaves(database)
    assert len(pages) > 10

    damage(database, pages[len(pages) // 2])

    found = salvaged(database).corrections
    assert COUNT - 40 < len(found) < COUNT
    assert {c.uid: c for c in found}.items() <= {c.uid: c for c in EVERY}.items()


def test_nothing_is_lost_if_only_other_pages_are_damaged(database):
    kept = set(leaves(database))
    others = set(range(database.stat().st_size // PAGE)) - kept

    damage(database, *others)

    assert [replace(c, number=0) for c in salvaged(database).corrections] == [replace(c, number=0) for c in EVERY]  # fmt: skip


def test_a_file_that_ends_early_gives_what_is_there(database):
    last = max(leaves(database))
    with database.open("r+b") as file:
        file.truncate(last * PAGE)

    assert 0 < len(salvaged(database).corrections) < COUNT


def test_what_stands_in_the_log_only_is_read(database):
    catalog = Catalog(f"sqlite:///{database}")
    reader = sqlite3.connect(database)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM correction").fetchone()  # the log cannot be taken over
    late = replace(EVERY[0], uid="f" * 32)
    catalog.correct([late])

    assert "f" * 32 in {c.uid for c in salvaged(database).corrections}
    damage(database, 0)
    assert "f" * 32 in {c.uid for c in salvaged(database).corrections}
    reader.close()
    catalog.close()


def test_the_catalog_itself_is_left_as_it_is(database):
    damage(database, leaves(database)[0])
    before = {p.name: p.read_bytes() for p in database.parent.iterdir()}

    salvaged(database)

    assert {p.name: p.read_bytes() for p in database.parent.iterdir()} == before


@pytest.mark.parametrize("seed", range(6))
def test_no_damage_ends_in_another_error(database, seed):
    chance = random.Random(seed)
    content = bytearray(database.read_bytes())
    for _ in range(300):
        content[chance.randrange(len(content))] = chance.randrange(256)
    database.write_bytes(content)

    known = {c.uid for c in EVERY}
    assert len([c for c in salvaged(database).corrections if c.uid in known]) > COUNT / 2


@pytest.mark.parametrize("content", [b"", b"Dear aunt, " * 5000, bytes(3 * PAGE)])
def test_a_file_that_is_no_catalog_gives_nothing(database, content):
    database.write_bytes(content)

    assert salvaged(database).corrections == []


def test_checks_of_photos_are_read_also_where_sqlite_gives_none(tmp_path):
    checks = [PhotoCheck(f"{n:032x}", 1.5, *((2.5, 2.5) if n % 2 else ())) for n in range(6)]
    file = tmp_path / "catalog.db"
    with Catalog(f"sqlite:///{file}") as catalog:
        catalog.take_in([], checks, 9.0)
    assert salvaged(file).checks == checks

    damage(file, 0)

    assert salvaged(file).checks == checks


def test_a_damaged_catalog_of_the_version_before_gives_its_corrections(tmp_path, migrations):
    file = tmp_path / "catalog.db"
    with Catalog(f"sqlite:///{file}") as catalog:
        catalog.correct(EVERY[:40])
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("ALTER TABLE correction DROP COLUMN changed_at")
        connection.commit()
    assert [c.uid for c in salvaged(file).corrections] == [c.uid for c in EVERY[:40]]

    damage(file, 0)

    assert {c.uid for c in salvaged(file).corrections} == {c.uid for c in EVERY[:40]}
