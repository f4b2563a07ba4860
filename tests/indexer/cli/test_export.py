"""`export`, as a user runs it."""

from __future__ import annotations

import json

import pytest

from indexer.renditions import renderer

from ..conftest import draw_photo


@pytest.fixture
def board(shell):
    photo = draw_photo(shell.photos / "board.png", "quene", "depth")
    draw_photo(shell.photos / "march" / "notes.png", "graph")
    shell("index", shell.photos)
    shell("correct", photo, "--at", "140,32,240,48", "drawn")
    shell("correct", photo, "--at", "8,24", "queue")
    return photo


class Direct:
    """Answers drawing requests in this process: starting one takes seconds."""

    def __init__(self, load, limits):
        self._parts = load()

    def ask(self, request, stop):
        return request.answer(self._parts)

    def close(self):
        """There is nothing to close."""


def contents(folder):
    """Files below a folder with their content and time."""
    return {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in folder.rglob("*") if p.is_file()}


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["txt", "json", "hocr", "alto", "page", "xmp"])
def test_corrections_win_in_every_format_and_drawn_ones_are_there(shell, board, name):
    written = shell("export", board, "--format", name).stdout

    assert "queue" in written
    assert "depth" in written
    assert "drawn" in written


@pytest.mark.thorough
def test_a_pdf_of_a_folder_is_one_file(shell, board, monkeypatch):
    pytest.importorskip("fpdf")
    pypdf = pytest.importorskip("pypdf")
    monkeypatch.setattr(renderer, "Worker", Direct)

    shell("export", shell.photos, "--format", "pdf", "--out", shell.folder / "boards.pdf")

    pages = pypdf.PdfReader(shell.folder / "boards.pdf").pages
    texts = [page.extract_text().split() for page in pages]
    assert texts == [["queue", "depth", "drawn"], ["graph"]]


def test_a_file_for_each_photo_lies_as_that_lies_in_its_folder(shell, board):
    shell("export", shell.photos, "--format", "hocr", "--into", shell.folder / "out")

    names = sorted(str(p.relative_to(shell.folder / "out")) for p in contents(shell.folder / "out"))
    assert names == ["board.png.hocr", "march/notes.png.hocr"]


def test_json_of_several_photos_has_a_line_for_each(shell, board):
    lines = shell("export", shell.photos, "--format", "json").stdout.splitlines()

    assert [json.loads(line)["words"][0]["text"] for line in lines] == ["queue", "graph"]


def test_several_photos_do_not_become_one_file_of_hocr(shell, board):
    said = shell("export", shell.photos, "--format", "hocr", code=2).output

    assert "--into FOLDER" in said


def test_a_photo_that_is_not_indexed_is_named(shell, board):
    said = shell("export", shell.folder / "absent.png", code=2).output

    assert "absent.png: no such file" in said


@pytest.mark.thorough
def test_a_file_that_exists_is_replaced_only_by_force(shell, board):
    out = shell.folder / "out"
    shell("export", shell.photos, "--into", out)
    (out / "board.png.txt").write_text("mine")

    said = shell("export", shell.photos, "--into", out, code=2).output
    assert "exists" in said
    assert (out / "board.png.txt").read_text() == "mine"
    shell("export", shell.photos, "--into", out, "--force")
    assert (out / "board.png.txt").read_text() == "queue\ndepth drawn\n"


@pytest.mark.thorough
def test_nothing_is_written_into_a_folder_of_photos(shell, board):
    before = contents(shell.photos)

    shell("export", board, "--into", shell.photos / "sidecars", code=2)
    shell("export", board, "--out", shell.photos / "board.txt", code=2)

    assert contents(shell.photos) == before


@pytest.mark.thorough
def test_sidecars_lie_beside_photos_only_if_that_is_asked_for(shell, board):
    shell("export", shell.photos, "--format", "xmp", "--into", shell.folder / "out")
    assert not [*shell.photos.rglob("*.xmp")]

    shell("export", shell.photos, "--format", "xmp", "--beside-photos")
    assert sorted(p.name for p in shell.photos.rglob("*.xmp")) == ["board.png.xmp", "notes.png.xmp"]


def test_a_sidecar_of_another_program_is_kept(shell, board):
    sidecar = shell.photos / "board.png.xmp"
    sidecar.write_text("theirs")

    shell("export", shell.photos, "--format", "xmp", "--beside-photos", code=2)

    assert sidecar.read_text() == "theirs"
    assert len([*shell.photos.rglob("*.xmp")]) == 1


@pytest.mark.thorough
def test_only_sidecars_may_lie_beside_photos(shell, board):
    said = shell("export", board, "--beside-photos", code=2).output

    assert "--format xmp only" in said


def test_a_photo_that_is_gone_is_named_where_its_picture_is_needed(shell, board, monkeypatch):
    pytest.importorskip("fpdf")
    monkeypatch.setattr(renderer, "Worker", Direct)
    board.unlink()

    said = shell("export", board, "--format", "pdf", "--out", shell.folder / "a.pdf", code=6).output

    assert "board.png: " in said
    assert not (shell.folder / "a.pdf").exists()
