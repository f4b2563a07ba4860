from __future__ import annotations

import json

import pytest
from PIL import Image

from indexer import reports
from indexer.entities import Box, Photo, PhotoId, State, Word
from recognizer.files.printable import printable

from ..conftest import draw_photo

pytestmark = pytest.mark.thorough


def test_show_says_that_pages_were_left_out(shell):
    photo = draw_photo(shell.photos / "board.png", "helios")
    scan = shell.photos / "scan.tif"
    with Image.open(photo) as page:
        page.save(scan, save_all=True, append_images=[page.copy()])
    shell("index", shell.photos)

    assert f"{scan}: 1 page beyond the first was left out" in shell("show", scan).stderr
    assert "left out" not in shell("show", photo).stderr
    assert "left_out" not in json.loads(shell("show", photo, "--json").stdout)
    told = shell("show", scan, "--json")
    assert json.loads(told.stdout)["left_out"] == "1 page beyond the first was left out"
    assert told.stderr == ""


@pytest.mark.parametrize("name", ["a\x1b[2Jb.tif", "two\nlines.tif", "\u202etxt.tif"])
def test_what_was_left_out_is_told_without_obeying_the_name(shell, name):
    photo = draw_photo(shell.photos / "board.png", "helios")
    with Image.open(photo) as page:
        page.save(shell.photos / name, save_all=True, append_images=[page.copy()])
    shell("index", shell.photos)

    said = shell("show", shell.photos / name).stderr

    assert said == printable(f"{shell.photos / name}: 1 page beyond the first was left out") + "\n"


def test_show_gives_the_corners_of_each_word_and_the_number_of_its_line(shell):
    photo = draw_photo(shell.photos / "board.png", "helios")
    shell("index", shell.photos)

    [word] = json.loads(shell("show", photo, "--json").stdout)["words"]

    left, top, right, bottom = word["box"]
    assert word["corners"] == [[left, top], [right, top], [right, bottom], [left, bottom]]
    assert word["line"] == 0


def test_the_corners_of_a_slanted_word_are_its_own(tmp_path):
    corners = ((1.5, 0.0), (9.0, 3.25), (8.0, 6.0), (0.0, 2.5))
    word = Word(Box(0, 0, 9, 6), 3, "helios", 0.9, corners=corners)
    photo = Photo(PhotoId(1), "", State.READ, 10, 10, None, (tmp_path,), (word,))

    [told] = json.loads(reports.dumps(reports.photo_json(tmp_path, photo)))["words"]

    assert (told["corners"], told["line"]) == ([list(corner) for corner in corners], 3)


def test_show_prints_text_and_promised_json(shell):
    shell.engine.recognizer.alternatives = {"queve": (("queve", 0.6), ("queue", 0.3))}
    photo = draw_photo(shell.photos / "board.png", "queve", "tree")
    shell("index", shell.photos)

    shown = json.loads(shell("show", photo, "--json").stdout)

    assert shell("show", photo).stdout == "queve\ntree\n"
    assert (shown["width"], shown["height"], shown["state"]) == (256, 48, "read")
    assert shown["words"][0] == {
        "box": [0, 16, 80, 32],
        "corners": [[0, 16], [80, 16], [80, 32], [0, 32]],
        "line": 0,
        "text": "queve",
        "confidence": 0.9,
        "alternatives": [["queve", 0.6], ["queue", 0.3]],
        "by": "engine",
        "correction": None,
    }


def test_show_of_an_unknown_photo_says_what_to_do(shell):
    shell("index", shell.photos)

    (shell.photos / "new.png").touch()
    assert "not in the catalog" in shell("show", shell.photos / "new.png", code=2).stderr
    assert "no such file" in shell("show", shell.photos / "none.png", code=2).stderr
