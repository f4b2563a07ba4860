"""Corrections that outlive their catalog: exports, imports and the daily copy."""

from __future__ import annotations

import json

import pytest

from .corrected import correct, ink_of, listed, words

pytestmark = pytest.mark.usefixtures("drawn_here")


@pytest.mark.thorough
def test_the_words_of_an_import_are_cut_out_once_their_photo_is_there(shell, board):
    correct(shell, board, 0, "queue")
    saved = shell.folder / "saved.jsonl"
    shell("corrections", "export", saved)
    shell("corrections", "forget", "--by", "person", "--yes")
    away = board.rename(shell.folder / "away.png")
    shell("index", shell.photos, "--forget-missing")
    shell("corrections", "import", saved)
    assert ink_of(shell) == []

    away.rename(board)
    shell("index", shell.photos)

    assert ink_of(shell) == [("queue", (80, 16))]


@pytest.mark.thorough
def test_an_export_is_taken_in_on_another_machine_once(shell, board, tmp_path):
    correct(shell, board, 0, "queue")
    file, before = tmp_path / "all.jsonl", listed(shell)
    shell("corrections", "export", file)
    shell("corrections", "forget", before[0]["uid"], "--yes")

    first = json.loads(shell("corrections", "import", file, "--json").stdout)
    again = json.loads(shell("corrections", "import", file, "--json").stdout)

    assert (first["taken"], again["taken"], again["known"]) == (1, 0, 1)
    assert listed(shell) == before
    assert [w["text"] for w in words(shell, board)] == ["queue", "depth"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"uid": "x"}, "uid: "),
        ({"id": 7}, "id: "),
        ({"box": [9, 9, 3, 3]}, "box: 9, 9, 3, 3 has no area"),
        ({"box": [1, 2]}, "box"),
        ({"text": "a" * 65}, "at most 64"),
        ({"by": "nobody"}, "'nobody' is no author"),
        ({"kind": "odd"}, "kind: "),
        ({"corners": [[1, 2]]}, "corners: give four points"),
        ({"created": "yesterday"}, "created: "),
        ({"seen_confidence": 2}, "seen_confidence: "),
    ],
)
def test_a_line_that_is_no_correction_is_named_and_the_others_are_taken(
    shell, board, tmp_path, change, reason
):
    correct(shell, board, 0, "queue")
    [line] = shell("corrections", "list", "--json").stdout.splitlines()
    other = json.dumps(json.loads(line) | {"uid": "f" * 32, "text": "quest"})
    file = tmp_path / "some.jsonl"
    file.write_text(json.dumps(json.loads(line) | {"uid": "e" * 32} | change) + "\n\n" + other)

    told = shell("corrections", "import", file, code=2)

    assert f"line 1: {reason}" in told.stderr or reason in told.stderr
    assert "1 taken" in told.stdout


@pytest.mark.parametrize("content", ["not json", "[]", "7", "{}", "\x00"])
def test_a_file_that_holds_no_corrections_is_refused_by_line(shell, board, tmp_path, content):
    file = tmp_path / "some.jsonl"
    file.write_text(content)

    assert f"{file.name}, line 1: " in shell("corrections", "import", file, code=2).stderr


@pytest.mark.thorough
def test_a_damaged_catalog_yields_its_corrections_first(shell, board):
    correct(shell, board, 0, "queue")
    database = shell.folder / "home" / "catalog.db"
    content = bytearray(database.read_bytes())
    content[:4096] = bytes(4096)
    database.write_bytes(content)

    said = shell("query", "queue", code=4).output
    assert "ocrsearch corrections export --damaged FILE" in said
    shell("corrections", "export", "--damaged", shell.folder / "saved.jsonl")

    [saved] = map(json.loads, (shell.folder / "saved.jsonl").read_text().splitlines())
    assert saved["text"] == "queue"


@pytest.mark.thorough
def test_saved_corrections_count_in_a_new_catalog(shell, board):
    correct(shell, board, 0, "queue")
    shell("corrections", "export", "--damaged", shell.folder / "saved.jsonl")
    (shell.folder / "home").rename(shell.folder / "damaged")

    shell("index", shell.photos)
    shell("corrections", "import", shell.folder / "saved.jsonl")

    assert "board.png" in shell("query", "queue").stdout


@pytest.mark.thorough
def test_an_export_gives_the_same_state_on_another_machine(shell, board):
    correct(shell, board, 0, "queue")
    correct(shell, board, 0, "quiche")
    correct(shell, board, 1, "--no-word")
    shell("corrections", "undo", listed(shell)[1]["uid"])
    before, shown = listed(shell), words(shell, board)
    shell("corrections", "export", shell.folder / "all.jsonl")
    (shell.folder / "home").rename(shell.folder / "other-machine")

    shell("corrections", "import", shell.folder / "all.jsonl", code=4)
    shell("index", shell.photos)
    shell("corrections", "import", shell.folder / "all.jsonl")

    assert listed(shell) == before
    assert words(shell, board) == shown


def test_index_keeps_a_copy_of_corrections_in_the_home(shell, board):
    correct(shell, board, 0, "queue")
    copy = shell.folder / "home" / "corrections.jsonl"

    shell("index", shell.photos)

    assert json.loads(copy.read_text().splitlines()[-1])["text"] == "queue"
    shell("corrections", "forget", "--by", "person", "--yes")
    assert copy.read_text() == ""


def test_the_copy_is_saved_where_the_catalog_lost_its_content(shell, board):
    correct(shell, board, 0, "queue")
    shell("index", shell.photos)
    (shell.folder / "home" / "catalog.db").write_bytes(b"")

    said = shell("query", "queue", code=4).output
    assert "corrections export --damaged FILE" in said
    shell("corrections", "export", "--damaged", shell.folder / "saved.jsonl")

    assert '"queue"' in (shell.folder / "saved.jsonl").read_text()
