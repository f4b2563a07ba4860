"""`corrections import` of pages of other programs, as a user runs it."""

from __future__ import annotations

import json
import sqlite3
import zipfile

import pytest

from ..conftest import draw_photo
from .corrected import words


def exported(shell, photo, form, **changes):
    file = shell.folder / f"page.{form}"
    shell("export", photo, "--format", form, "--out", file, "--force")
    text = file.read_text("utf-8")
    for before, after in changes.items():
        text = text.replace(before, after)
    file.write_text(text, "utf-8")
    return file


def taken_in(shell, *arguments, code=0):
    """What an import tells, without what it did not do."""
    said = json.loads(shell("corrections", "import", *arguments, "--json", code=code).stdout)
    return {key: value for key, value in said.items() if value or key in {"taken", "known"}}


@pytest.mark.thorough
@pytest.mark.parametrize("form", ["hocr", "alto", "page"])
def test_what_another_program_corrected_is_found(shell, board, form):
    file = exported(shell, board, form, quene="queue")

    said = taken_in(shell, file, "--name", "editor")

    assert said == {"taken": 1, "known": 1}
    assert "board.png" in shell("query", "queue").stdout
    assert [(w["text"], w["by"]) for w in words(shell, board)] == [("queue", "import:editor"), ("depth", "engine")]  # fmt: skip


@pytest.mark.thorough
@pytest.mark.parametrize("form", ["hocr", "alto", "page"])
def test_the_same_file_twice_changes_nothing(shell, board, form):
    file = exported(shell, board, form, quene="queue")
    taken_in(shell, file)
    before = words(shell, board)

    assert taken_in(shell, file)["taken"] == 0
    assert words(shell, board) == before


@pytest.mark.thorough
@pytest.mark.parametrize("form", ["hocr", "alto", "page"])
def test_a_drawn_word_comes_to_another_catalog(shell, board, form):
    shell("correct", board, "--at", "140,32,240,48", "drawn")
    file = exported(shell, board, form)
    shell("corrections", "forget", "--by", "person", "--yes")

    taken_in(shell, file)

    assert [(w["text"], w["box"]) for w in words(shell, board)][2] == ("drawn", [140, 32, 240, 48])


@pytest.mark.thorough
def test_what_a_person_said_is_not_overwritten(shell, board):
    file = exported(shell, board, "page", quene="queue")
    shell("correct", board, "--at", "8,24", "quiche")

    taken_in(shell, file)

    assert words(shell, board)[0]["text"] == "quiche"


@pytest.mark.thorough
def test_an_import_is_undone_as_a_whole(shell, board):
    taken_in(shell, exported(shell, board, "hocr", quene="queue", depth="deep"), "--name", "editor")

    shell("corrections", "undo", "--by", "import:editor")

    assert [w["text"] for w in words(shell, board)] == ["quene", "depth"]


def test_the_name_of_an_import_is_that_of_its_file(shell, board):
    taken_in(shell, exported(shell, board, "alto", quene="queue"))

    assert words(shell, board)[0]["by"] == "import:page"


@pytest.mark.thorough
def test_checked_pages_confirm_what_is_read(shell, board):
    said = taken_in(shell, exported(shell, board, "alto"), "--confirm")

    assert said["taken"] == 2
    assert "2 confirmed" in shell("corrections", "stats").stdout


def test_packed_pages_are_taken_in_and_faulty_ones_are_named(shell, board):
    good = exported(shell, board, "page", quene="queue").read_bytes()
    archive = shell.folder / "pages.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("page/board.xml", good)
        packed.writestr("page/bomb.xml", '<!DOCTYPE a [<!ENTITY x "x">]><a>&x;</a>')
        packed.writestr("page/other.xml", good.replace(b'externalRef="ocrsearch:', b'comments="').replace(b"board.png", b"absent.png"))  # fmt: skip
        packed.writestr("page/board.png", b"\x89PNG")

    said = taken_in(shell, archive, code=2)

    assert said["taken"] == 1
    assert [name for name, _ in said["refused"]] == ["page/bomb.xml", "page/other.xml"]


def test_a_bomb_is_refused_by_the_name_of_its_file(shell, board):
    bomb = shell.folder / "bomb.xml"
    bomb.write_text('<!DOCTYPE a [<!ENTITY x "x">]><alto>&x;</alto>')

    said = shell("corrections", "import", bomb, code=2).output

    assert "bomb.xml: it defines or names entities" in said


def test_an_ambiguous_page_is_refused_by_name(shell):
    draw_photo(shell.photos / "a" / "board.png", "queue")
    draw_photo(shell.photos / "b" / "board.png", "depth")
    shell("index", shell.photos)
    page = shell.folder / "board.hocr"
    page.write_text("<div class='ocr_page' title='bbox 0 0 256 32'><b class='ocrx_word' title='bbox 0 16 80 32'>x</b></div>")  # fmt: skip

    said = shell("corrections", "import", page, code=2).output

    assert "several photos are called board" in said
    assert "a/board.png" in said
    assert "b/board.png" in said


@pytest.mark.thorough
def test_labels_that_were_mended_elsewhere_come_back(shell, board):
    shell("correct", board, "--at", "8,24", "quiche")
    shell("correct", board, "--at", "140,32,240,48", "drawn")
    shell("correct", board, "--at", "8,40", "--no-word")
    with sqlite3.connect(shell.folder / "home" / "catalog.db") as database:
        database.execute("UPDATE correction SET ink = ?", [b"PNG"])
    database.close()
    shell("corrections", "export", "--labels", shell.folder / "words.zip")

    with zipfile.ZipFile(shell.folder / "words.zip") as packed:
        table = packed.read("labels.tsv").decode()
        images = [name for name in packed.namelist() if packed.read(name) == b"PNG"]
    assert [line.split("\t")[1] for line in table.splitlines()] == ["quiche", "drawn"]
    assert [line.split("\t")[0] for line in table.splitlines()] == images
    (shell.folder / "labels.tsv").write_text(table.replace("drawn", "mended"))
    said = taken_in(shell, shell.folder / "labels.tsv")
    assert said == {"taken": 1, "known": 1}
    shell("corrections", "undo", "--by", "person")
    assert [w["text"] for w in words(shell, board)] == ["quene", "depth", "mended"]


def test_labels_that_do_not_name_their_words_are_refused(shell, board):
    (shell.folder / "labels.tsv").write_text("crops/1.png\tqueue\n")

    said = shell("corrections", "import", shell.folder / "labels.tsv", code=2).output

    assert "labels.tsv, line 1: 'crops/1.png' does not say which word" in said


def exported_labels(shell, ink=b"PNG"):
    with sqlite3.connect(shell.folder / "home" / "catalog.db") as database:
        database.execute("UPDATE correction SET ink = ?", [ink])
    database.close()
    shell("corrections", "export", "--labels", shell.folder / "words.zip")
    return shell.folder / "words.zip"


@pytest.mark.thorough
def test_labels_of_a_photo_that_was_edited_are_known(shell, board):
    shell("correct", board, "--at", "8,24", "quiche")
    labels = exported_labels(shell)
    draw_photo(board, "quene", "stack")
    shell("index", shell.photos)

    assert taken_in(shell, labels) == {"taken": 0, "known": 1}


@pytest.mark.thorough
def test_labels_of_a_photo_that_is_gone_are_known(shell, board):
    shell("correct", board, "--at", "8,24", "quiche")
    labels = exported_labels(shell)
    board.unlink()
    draw_photo(shell.photos / "other.png", "stack")
    shell("index", shell.photos)

    assert taken_in(shell, labels) == {"taken": 0, "known": 1}


def test_a_line_of_labels_that_says_nothing_is_named_and_the_others_are_taken(shell, board):
    shell("correct", board, "--at", "8,24", "quiche")
    with zipfile.ZipFile(exported_labels(shell)) as packed:
        table = packed.read("labels.tsv").decode()
    outside = table.replace("-0-16-96-32", "-0-16-999-32").replace("-0-16-80-32", "-0-16-999-32")
    assert outside != table
    (shell.folder / "labels.tsv").write_text(
        f"x.png\tword\n{outside}{table.replace('quiche', 'mended')}"
    )

    said = taken_in(shell, shell.folder / "labels.tsv", code=2)

    assert said["taken"] == 1
    assert [where for where, _ in said["refused"]] == [1, str(shell.folder / "labels.tsv")]
    assert "'quiche': box: 0, 16, 999, 32 lies outside of the photo" in said["refused"][1][1]


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("box", "reason"),
    [("-9 16 80 32", "lies outside"), ("0 16 80 999", "lies outside"), ("0 16 80 49", None)],
)
def test_a_word_outside_of_its_page_is_refused_but_for_a_pixel(shell, board, box, reason):
    file = exported(shell, board, "hocr", quene="queue")
    file.write_text(file.read_text("utf-8").replace("bbox 0 16 80 32; x_wconf", f"bbox {box}; x_wconf"), "utf-8")  # fmt: skip

    said = taken_in(shell, file, code=2 if reason else 0)

    assert said["taken"] == (0 if reason else 1)
    assert reason is None or reason in said["refused"][0][1]


@pytest.mark.thorough
def test_an_outline_of_another_place_is_refused(shell, board):
    file = exported(shell, board, "hocr", quene="queue")
    poly = "poly 100 0 180 0 180 15 101 16; x_wconf"
    file.write_text(file.read_text("utf-8").replace("x_wconf", poly, 1), "utf-8")

    said = taken_in(shell, file, code=2)

    assert "corners: they are not those of the box" in said["refused"][0][1]


@pytest.mark.thorough
@pytest.mark.parametrize("form", ["hocr", "alto", "page"])
@pytest.mark.parametrize("name", ["a\nb", "a\x1b[31mb", 'a"b', "a;b", "a\udcffb", "\x1b"])
def test_pages_of_a_photo_with_any_name_are_taken_in(shell, form, name):
    photo = draw_photo(shell.photos / f"{name}.png", "quene", "depth")
    shell("index", shell.photos)
    into = shell.folder / "pages"
    into.mkdir()
    shell("export", photo, "--format", form, "--into", into)
    [file] = into.iterdir()
    file.write_bytes(file.read_bytes().replace(b"quene", b"queue"))

    assert taken_in(shell, file)["taken"] == 1
    assert words(shell, photo)[0]["by"].startswith("import:")


def test_a_name_that_cannot_be_printed_is_refused(shell, board):
    file = exported(shell, board, "hocr", quene="queue")

    said = shell("corrections", "import", file, "--name", "a\x1bb", code=2).stderr

    assert "--name 'a\\x1bb': give a name that can be printed" in said
