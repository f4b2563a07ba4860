"""Which file of a photo a hit names."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from indexer import reports
from indexer.cli.terminal_answers import answer_text
from indexer.query import parser
from indexer.search import shown_place
from indexer.search.shown_place import choose, ranking

from ..conftest import draw_photo

pytestmark = pytest.mark.thorough


def shown(world, query, **filters):
    """Path below the photo folder, and whether it is missing, of the only hit."""
    [hit] = world.answer(query, **filters).hits
    return str(hit.photo.relative_to(world.photos)), hit.missing


@pytest.fixture
def copies(world):
    """A photo in three folders."""
    for folder in ("boards", "middle", "pictures"):
        draw_photo(world.photos / folder / "a.png", "helios")
    world.sync()
    return world


def test_the_first_place_is_shown_if_it_is_there(copies):
    assert shown(copies, "helios") == ("boards/a.png", False)


def test_a_place_that_is_gone_since_is_passed_over(copies):
    (copies.photos / "boards").rename(copies.photos / "renamed")

    assert shown(copies, "helios") == ("middle/a.png", False)


def test_a_photo_without_a_file_is_shown_as_missing(copies):
    for folder in ("boards", "middle", "pictures"):
        (copies.photos / folder / "a.png").unlink()

    assert shown(copies, "helios") == ("boards/a.png", True)
    answer = copies.answer("helios")
    assert reports.answer_json(answer)["hits"][0]["missing"] is True
    assert "  (missing)" in answer_text(answer)


def test_nothing_is_said_of_a_photo_that_is_there(copies):
    answer = copies.answer("helios")

    assert "missing" not in reports.answer_json(answer)["hits"][0]
    assert "missing" not in answer_text(answer)


@pytest.mark.parametrize("instead", ["link", "folder", "closed"])
def test_what_is_no_file_any_more_is_missing(copies, instead, monkeypatch):
    place = copies.photos / "boards" / "a.png"
    place.unlink()
    if instead == "link":
        place.symlink_to(copies.photos / "middle" / "a.png")
    elif instead == "folder":
        place.mkdir()
    else:
        (copies.photos / "boards").rmdir()
        (copies.photos / "boards").write_text("a file")

    assert shown(copies, "helios") == ("middle/a.png", False)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("helios folder:pictures", "pictures/a.png"),
        ("folder:middle helios", "middle/a.png"),
        ("helios (folder:pictures OR folder:none)", "pictures/a.png"),
        ("helios NOT folder:none", "boards/a.png"),
        ("helios folder:PICT*", "pictures/a.png"),
        ("helios name:a", "boards/a.png"),
    ],
)
def test_the_place_that_was_asked_for_is_shown(copies, query, expected):
    assert shown(copies, query) == (expected, False)


def test_a_name_that_was_asked_for_is_shown(copies):
    draw_photo(copies.photos / "zoo" / "sun.png", "helios")
    copies.sync()

    assert shown(copies, "helios name:sun") == ("zoo/sun.png", False)


def test_of_a_folder_that_was_renamed_since_the_copy_that_is_there_is_shown(copies):
    (copies.photos / "pictures").rename(copies.photos / "renamed")

    assert shown(copies, "helios folder:pictures") == ("boards/a.png", False)


def test_the_folder_of_a_filter_is_never_left(copies):
    folder = copies.photos / "pictures"
    assert shown(copies, "helios", folder=folder) == ("pictures/a.png", False)

    (folder / "a.png").unlink()

    assert shown(copies, "helios", folder=folder) == ("pictures/a.png", True)


def test_each_hit_costs_one_look_at_the_disk(copies, monkeypatch):
    draw_photo(copies.photos / "b.png", "helios", salt=1)
    copies.sync()
    looked = []
    look = os.lstat
    monkeypatch.setattr(shown_place.os, "lstat", lambda path: looked.append(path) or look(path))

    copies.answer("helios")
    assert len(looked) == 2
    copies.answer("helios", limit=1)
    assert len(looked) == 3


def test_no_look_is_taken_at_folders_that_are_offline(copies, monkeypatch):
    copies.library.catalog.set_roots({copies.photos: True})
    monkeypatch.setattr(shown_place.os, "lstat", lambda path: pytest.fail(f"looked at {path}"))

    assert shown(copies, "helios") == ("boards/a.png", True)


def test_a_place_on_a_folder_that_is_away_is_named_rather_than_one_that_is_gone():
    away, gone = Path("/zoo/a.jpg"), Path("/no such folder/a.jpg")

    assert choose([gone, away], ranking(parser.parse("a")), {Path("/zoo"): True}) == (away, True)
