"""Homes whose names, or whose surroundings, are odd: everything stays in them, or is refused clearly."""

from __future__ import annotations

import os

import pytest
from click.testing import CliRunner

from indexer.cli.commands import main

from ..conftest import draw_photo

pytestmark = pytest.mark.thorough

NAMES = [
    "what?", "a?mode=memory", "a#b", "100%", "a%20b", "a%2Fb", "a%00b", "a&b=c", "two\nlines",
    " blanks ", "q'u\"ote", ":memory:", "file:x", "a;b", "~", "~root", "$HOME", "*", "[x]",
    os.fsdecode(b"caf\xe9"), "-home", "\x1b[31mred", "\u202etxt", "e\u0301",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_home_of_any_name_holds_all_that_is_written_and_answers(shell, name):
    draw_photo(shell.photos / "a.png", "helios")
    base = shell.folder / "homes"
    base.mkdir()
    home = base / name

    def run(*arguments):
        return CliRunner().invoke(main, ["--home", str(home), *map(str, arguments)])

    assert run("index", shell.photos).exit_code == 0
    assert list(base.iterdir()) == [home]
    assert (home / "catalog.db").is_file()
    assert "a.png" in run("query", "helios").stdout


@pytest.mark.parametrize("command", [["index", "."], ["status"], ["query", "x"], ["rebuild"]])
def test_a_file_in_the_place_of_the_home_is_named(shell, command):
    (shell.folder / "home").write_text("dear aunt", encoding="utf-8")

    result = shell(*command, code=4)

    assert str(shell.folder / "home") in result.stderr
    assert "unexpected" not in result.stderr
    assert (shell.folder / "home").read_text(encoding="utf-8") == "dear aunt"


@pytest.mark.parametrize(
    "command",
    [
        ["query", "helios", "--image", "HOME"], ["query", "helios", "--image", "HOME/drawn"],
        ["show", "PHOTO", "--image", "HOME/x.jpg"], ["detect", "PHOTO", "--image", "HOME/x.jpg"],
        ["read", "PHOTO", "--csv", "HOME/index/x.csv"], ["demo", "--out", "HOME/demo"],
        ["read", "PHOTO", "--csv", "HOME/catalog.db", "--force"],
        ["read", "PHOTO", "--csv", "LINK/x.csv"],
        ["evaluate", "words", "--worst", "HOME/worst.png"],
        ["synthesize", "words", "HOME/words.zip", "--fonts", "/usr"],
        ["synthesize", "pages", "HOME/pages", "--fonts", "/usr"],
        ["train", "--data", "words", "--out", "HOME/run"],
        ["train-detector", "--pages", "pages", "--out", "HOME/posteriors/run"],
        ["train-language", "--words", "english", "--out", "HOME/x.arpa"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_no_output_is_written_into_the_home_folder(shell, command):
    photo = draw_photo(shell.photos / "a.png", "helios")
    shell("index", shell.photos)
    home = shell.folder / "home"
    (shell.folder / "link").symlink_to(home)
    places = {"HOME": str(home), "PHOTO": str(photo), "LINK": str(shell.folder / "link")}
    for name, place in places.items():
        command = [word.replace(name, place) for word in command]
    before = sorted(home.rglob("*"))

    said = shell(*command, code=2).stderr

    assert f"lies in the home folder {home}" in said
    assert sorted(home.rglob("*")) == before


@pytest.mark.parametrize("home", ["/dev/null", "FILE"])
def test_a_home_that_is_no_folder_is_told(shell, home):
    (shell.folder / "FILE").touch()

    said = shell("--home", shell.folder / home, "index", shell.photos, code=4).stderr

    assert "not a folder" in said
