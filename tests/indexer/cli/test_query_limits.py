"""Places and times that the options of `query` name."""

from __future__ import annotations

import pytest

from ..conftest import draw_photo


@pytest.mark.parametrize("option", ["--since", "--until"])
@pytest.mark.parametrize(
    ("date", "said"),
    [
        ("2026-02-30", "2026-02-30: there is no such date"),
        ("2023-02-29", "2023-02-29: there is no such date"),
        ("2026-13", "2026-13: there is no such date"),
        ("2026-04-31T10:00:00", "2026-04-31T10:00:00: there is no such date"),
        ("0000", "0000: there is no such date"),
        ("2026-01-01T25:00:00", "give a year, month, day or time such as 2026-03-01"),
        ("yesterday", "'yesterday': give a year, month, day or time such as 2026-03-01"),
        ("", "give a year, month, day or time"),
        ("01.03.2026", "give a year, month, day or time"),
        ("2026-03..2026-04", "give a year, month, day or time"),
    ],
)
def test_a_date_that_is_none_is_named_and_no_format_of_python(shell, option, date, said):
    told = " ".join(shell("query", "garden", option, date, code=2).stderr.split())

    assert said in told
    assert option in told
    assert "%" not in told


@pytest.mark.parametrize("date", ["2026", "2026-03", "2024-02-29", "2026-03-01T18:30:00"])
def test_dates_that_exist_are_taken(shell, date):
    draw_photo(shell.photos / "a.png", "garden")
    shell("index", shell.photos)

    shell("query", "garden", "--since", date, code=1)


@pytest.mark.parametrize("folder", ["nope", "photos/nope", "photos/a.png/b", "pho", "photos/a"])
@pytest.mark.parametrize("form", [[], ["--json"]])
def test_a_folder_without_indexed_photos_is_named(shell, folder, form):
    draw_photo(shell.photos / "a.png", "garden")
    shell("index", shell.photos)

    told = shell("query", "garden", "--folder", shell.folder / folder, *form, code=2)

    assert f"{shell.folder / folder}: no photo below this folder is indexed" in told.stderr
    assert told.stdout == ""


@pytest.mark.thorough
@pytest.mark.parametrize("folder", ["photos", "photos/sub", ".", "/"])
def test_a_folder_around_or_below_a_photo_folder_is_taken(shell, folder):
    draw_photo(shell.photos / "sub" / "a.png", "garden")
    shell("index", shell.photos)

    shell("query", "garden", "--folder", shell.folder / folder)
    shell("query", "selene", "--folder", shell.folder / folder, code=1)
