from __future__ import annotations

from datetime import datetime
from pathlib import Path

from indexer.cli.output import answer_text
from indexer.entities import Answer, Hit

from ..conftest import draw_photo


def test_a_year_has_four_digits():
    hit = Hit(Path("a.png"), 0.9, (), datetime(1, 2, 3), "helios")

    assert "  0001-02-03\n" in answer_text(Answer("helios", 0.0, 1, (hit,)))


def test_hits_are_drawn_except_those_that_are_gone_meanwhile(shell):
    draw_photo(shell.photos / "a.png", "helios")
    gone = draw_photo(shell.photos / "b.png", "helios", salt=1)
    shell("index", shell.photos)
    gone.unlink()

    result = shell("query", "helios", "--image", shell.folder / "drawn")

    [drawn] = (shell.folder / "drawn").iterdir()
    assert drawn.name.endswith("-a.jpg")
    assert f"{gone}: " in result.stderr


def test_a_folder_for_drawings_that_cannot_be_made_is_named(shell):
    draw_photo(shell.photos / "a.png", "helios")
    shell("index", shell.photos)
    (shell.folder / "file").touch()

    result = shell("query", "helios", "--image", shell.folder / "file" / "drawn", code=1)

    assert f"{shell.folder / 'file' / 'drawn'}: cannot create this folder" in result.stderr


def test_detecting_on_a_damaged_photo_names_it_and_tells_by_the_exit_code(shell):
    damaged = shell.folder / "a.png"
    damaged.write_bytes(b"no picture")

    result = shell("detect", damaged, code=6)

    assert f"{damaged}: " in result.stderr
    assert result.stdout == ""


def test_detect_counts_words_and_lines(shell):
    photo = draw_photo(shell.photos / "a.png", "helios", "selene")

    assert shell("detect", photo).stdout == f"{photo}: 2 words in 2 lines\n"
