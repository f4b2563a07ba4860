"""Folders and files that a query names and that the catalog does not have."""

from __future__ import annotations

import pytest

from ..conftest import draw_photo

pytestmark = pytest.mark.thorough


@pytest.fixture
def boards(shell):
    draw_photo(shell.photos / "march" / "Board1.png", "garden")
    draw_photo(shell.photos / "My Notes" / "2026" / "b.png", "garden", salt=1)
    shell("index", shell.photos)
    return shell


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("folder:nope", "no indexed folder is named 'nope'"),
        ("folder:merch", "no indexed folder is named 'merch' (did you mean 'march'?)"),
        ("folder:MERCH", "no indexed folder is named 'MERCH' (did you mean 'march'?)"),
        ("folder:/merch/", "no indexed folder is named '/merch/' (did you mean 'march'?)"),
        ('folder:"my note"', "no indexed folder is named 'my note' (did you mean 'My Notes'?)"),
        (
            'folder:"my note/2026"',
            "no indexed folder is named 'my note/2026' (did you mean 'My Notes/2026'?)",
        ),
        ("folder:x*", "no indexed folder is named 'x*'"),
        ("garden folder:nope", "no indexed folder is named 'nope'"),
        (
            "folder:(nope OR march) table folder:nix",
            "no indexed folder is named 'nope'; no indexed folder is named 'nix'",
        ),
        ("name:bord1", "no indexed file is named 'bord1' (did you mean 'Board1'?)"),
        ("name:bord1.png", "no indexed file is named 'bord1.png' (did you mean 'Board1.png'?)"),
        ("name:x*", "no indexed file is named 'x*'"),
        ("garden name:nope", "no indexed file is named 'nope'"),
    ],
)
def test_a_folder_or_file_that_is_not_known_is_told_with_one_like_it(boards, query, told):
    said = boards("query", query, code=1).stderr

    assert said.startswith(f"no photo found for {query!r}; {told}")


@pytest.mark.parametrize(
    ("query", "code"), [("folder:march", 0), ("name:b*", 0), ("folder:march zebra", 1)]
)
def test_one_that_is_known_is_not(boards, query, code):
    assert "is named" not in boards("query", query, code=code).stderr


@pytest.mark.parametrize(
    ("named", "like"), [("photos/merch", "photos/march"), ("march", "photos/march")]
)
def test_the_option_suggests_a_folder_that_looks_like_it_or_is_called_so(boards, named, like):
    said = boards("query", "garden", "--folder", boards.folder / named, code=2).stderr

    assert f"did you mean '{boards.folder / like}'?" in said


def test_the_option_suggests_nothing_where_nothing_is_like_it(boards):
    said = boards("query", "garden", "--folder", boards.folder / "other", code=2).stderr

    assert "did you mean" not in said
    assert "ocrsearch status lists the folders that are" in said


def test_a_name_that_a_terminal_would_obey_is_escaped(shell):
    draw_photo(shell.photos / "mar\x1bch" / "a.png", "garden")
    shell("index", shell.photos)

    assert "\x1b" not in shell("query", "folder:marxch", code=1).stderr
