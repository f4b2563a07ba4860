"""The Python API, on a home folder that tiles were read into."""

from __future__ import annotations

import dataclasses
import json
import math
import re
import shutil
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

import indexer

from .conftest import draw_photo

DOCS = Path(__file__).parents[2] / "docs" / "api.md"


@pytest.fixture
def indexed(world):
    draw_photo(world.photos / "board.png", "helios", "queue")
    draw_photo(world.photos / "other.png", "selene")
    world.sync()
    return world


@pytest.fixture
def library(indexed, settings):
    with indexer.open(settings.home) as library:
        yield library


def test_a_search_gives_photos_with_score_and_matching_words(library, indexed):
    [hit] = library.search("helios queue")

    assert hit.photo == indexed.photos / "board.png"
    assert 0 < hit.score <= 1
    assert [(word.text, word.box.as_list()) for word in hit.words] == [
        ("helios", [0, 16, 96, 32]),
        ("queue", [0, 32, 80, 48]),
    ]


def test_a_search_takes_the_limits_of_the_command_line(library, indexed):
    assert len(library.search("helios OR selene")) == 2
    assert len(library.search("helios OR selene", limit=1)) == 1
    assert library.search("helios", min_score=1) == ()
    assert library.search("helios", since=datetime(2026, 1, 1)) == ()
    assert library.search("helios", until=datetime(2026, 1, 1)) == ()
    assert library.search("helios", folder=indexed.photos.parent / "elsewhere") == ()
    assert len(library.search("helios", folder=str(indexed.photos))) == 1


def test_an_exact_search_knows_no_other_readings(world, settings):
    world.engine.recognizer.alternatives = {"queve": (("queve", 0.6), ("queue", 0.3))}
    draw_photo(world.photos / "a.png", "queve")
    world.sync()

    with indexer.open(settings.home) as library:
        assert library.search("queue")
        assert not library.search("queue", exact=True)


def test_a_query_that_cannot_be_understood_is_a_usage_error(library):
    with pytest.raises(indexer.UsageError, match="quote is never closed"):
        library.search('"linked list')


def test_a_photo_is_shown_by_its_path(library, indexed):
    photo = library.show(str(indexed.photos / "board.png"))

    assert (photo.state, photo.width, photo.height) == ("read", 256, 48)
    assert [word.text for word in photo.words] == ["helios", "queue"]


def test_a_photo_that_is_not_in_the_catalog_is_a_usage_error_that_says_what_to_do(
    library, tmp_path
):
    (tmp_path / "new.png").touch()
    with pytest.raises(indexer.UsageError, match="run: ocrsearch index"):
        library.show(tmp_path / "new.png")
    with pytest.raises(indexer.UsageError, match=r"none\.png: no such file"):
        library.show("none.png")


@pytest.mark.parametrize(
    "use",
    [
        lambda library: library.search("helios"),
        lambda library: library.show("none.png"),
        lambda library: library.status(),
    ],
    ids=["search", "show", "status"],
)
def test_a_closed_library_says_so_whatever_it_is_asked(library, use):
    library.close()
    library.close()

    with pytest.raises(indexer.UsageError, match="the library is closed"):
        use(library)


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("argument", "wrong"),
    [
        *(("query", value) for value in (None, 3, b"helios")),
        *(("limit", value) for value in (0, -1, 2.0, "3", True, None)),
        *(("min_score", value) for value in (-0.1, 1.1, math.nan, "0.5", None)),
        *((end, value) for end in ("since", "until") for value in ("2026", date(2026, 1, 1))),
        *((end, datetime(2026, 1, 1, tzinfo=UTC)) for end in ("since", "until")),
        *(("folder", value) for value in ("a\0b", 3)),
    ],
)
def test_a_search_with_a_wrong_argument_names_it_and_says_what_to_give(library, argument, wrong):
    with pytest.raises(indexer.UsageError, match=rf"^{argument} = .*: give a "):
        library.search(**{"query": "helios", argument: wrong})


def test_a_time_with_a_zone_is_answered_with_what_cameras_write(library):
    with pytest.raises(indexer.UsageError, match=r"give a naive datetime .*as cameras write"):
        library.search("helios", since=datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("wrong", ["a\0b", "\ud800", None, 3])
def test_what_is_no_path_is_a_usage_error(library, wrong):
    with pytest.raises(indexer.UsageError, match=r"^photo = .*: give a path"):
        library.show(wrong)
    with pytest.raises(indexer.UsageError, match=r"^home = .*: give a path"):
        indexer.open(home=wrong or 1)
    with pytest.raises(indexer.UsageError, match=r"^config = .*: give a path"):
        indexer.open(config=wrong or 1)


def test_paths_may_begin_with_the_home_of_the_user(indexed, settings, monkeypatch):
    monkeypatch.setenv("HOME", str(settings.home.parent))

    with indexer.open(f"~/{settings.home.name}") as library:
        assert library.show("~/photos/board.png").width == 256
        assert len(library.search("helios OR selene", folder="~/photos")) == 2


def test_status_is_the_object_of_the_command_line(library, settings):
    report = library.status()

    assert report["photos"] == {"read": 2, "pending": 0, "empty": 0, "failed": 0, "offline": 0}
    assert (report["words"], report["indexed"], report["writer"]) == (3, 2, None)
    assert report["home"] == str(settings.home)
    assert json.loads(json.dumps(report)) == report


def test_status_counts_a_missing_index_as_empty(indexed, settings):
    shutil.rmtree(settings.index)

    with indexer.open(settings.home) as library:
        assert library.status()["indexed"] == 0


def test_what_a_library_gives_cannot_be_changed(library, indexed):
    [hit] = library.search("helios")

    for value in (hit, hit.words[0], library.show(indexed.photos / "board.png")):
        with pytest.raises(dataclasses.FrozenInstanceError):
            value.extra = 1


def test_a_library_sees_what_is_indexed_while_it_is_open(library, indexed):
    draw_photo(indexed.photos / "late.png", "eos")
    indexed.sync()

    assert [hit.photo.name for hit in library.search("eos")] == ["late.png"]


def test_a_home_where_nothing_is_indexed_is_an_error_that_says_what_to_do(tmp_path):
    with pytest.raises(indexer.CatalogError, match="run: ocrsearch index FOLDER"):
        indexer.open(tmp_path / "nothing")


def test_a_home_inside_a_photo_folder_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("OCRSEARCH_FOLDERS", json.dumps([str(tmp_path)]))

    with pytest.raises(indexer.ConfigError, match="lies inside the photo folder"):
        indexer.open(tmp_path / "home")


@pytest.mark.parametrize("source", ["file", "variable", "file named by a variable"])
def test_the_home_comes_from_where_the_command_line_takes_it(
    indexed, settings, tmp_path, monkeypatch, source
):
    file = tmp_path / "config.toml"
    file.write_text(f"home = {json.dumps(str(settings.home))}\n")
    if source == "variable":
        monkeypatch.setenv("OCRSEARCH_HOME", str(settings.home))
    elif source == "file named by a variable":
        monkeypatch.setenv("OCRSEARCH_CONFIG", str(file))

    with indexer.open(config=file if source == "file" else None) as library:
        assert library.status()["home"] == str(settings.home)


def test_looking_into_a_home_writes_nothing_into_it(indexed, settings):
    def files():
        return {p: p.stat().st_mtime_ns for p in settings.home.rglob("*") if p.is_file()}

    before = files()
    with indexer.open(settings.home) as library:
        library.search("helios")
        library.status()

    assert {p: n for p, n in files().items() if not p.name.startswith("catalog.db-")} == {
        p: n for p, n in before.items() if not p.name.startswith("catalog.db-")
    }


# the names -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", indexer.__all__)
def test_every_public_name_can_be_imported_and_is_documented(name):
    assert getattr(indexer, name).__doc__
    assert re.search(rf"`(indexer\.)?{name}\b", DOCS.read_text())


def test_nothing_else_is_public():
    listing = "import indexer; print(*vars(indexer))"
    done = subprocess.run(
        [sys.executable, "-c", listing], capture_output=True, text=True, check=True
    )

    public = {name for name in done.stdout.split() if not name.startswith("_")}

    assert public == {"annotations", "TYPE_CHECKING"}
    assert dir(indexer) == sorted(indexer.__all__)
    with pytest.raises(AttributeError, match="no attribute 'shut'"):
        _ = indexer.shut


def test_every_error_of_the_application_is_public():
    from indexer import errors

    names = {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, errors.OcrsearchError)
    }

    assert names <= set(indexer.__all__)
    assert all(getattr(indexer, name) is getattr(errors, name) for name in names)
