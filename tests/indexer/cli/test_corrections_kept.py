"""Corrections that outlive their catalog: exports, imports and the daily copy."""

from __future__ import annotations

import json

import pytest

from ..conftest import draw_photo
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
        ({"uid": "x"}, 'uid: "x" is not allowed; give 32 hexadecimal digits'),
        ({"id": 7}, "id: 7 is not allowed"),
        ({"size": None}, "size: null is not allowed; give the width and the height"),
        ({"box": [9, 9, 3, 3]}, "box: 9, 9, 3, 3 has no area"),
        ({"box": [1, 2]}, "box: [1, 2] is not allowed; give four whole numbers"),
        ({"box": [-1, 0, 9, 9]}, "box: -1, 0, 9, 9 lies outside of the photo, which has 256×48"),
        ({"box": [0, 0, 257, 9]}, "lies outside of the photo"),
        ({"box": [0, 0, 9, 49]}, "lies outside of the photo"),
        ({"box": [300, 100, 309, 149]}, "lies outside of the photo"),
        ({"size": [0, 0], "box": [-9, 0, 9, 49]}, "lies outside of the photo\n"),
        ({"text": "a" * 65}, "at most 64"),
        ({"by": "nobody"}, "'nobody' is no author"),
        ({"kind": "odd"}, "kind: "),
        ({"corners": [[1, 2]]}, "corners: give four points"),
        ({"corners": [[1, 2], [3, 4], [5, 6], [7, "x"]]}, "corners: "),
        ({"corners": [[0, 0], [9, 0], [9, 9], [0, 9]]}, "corners: they are not those of the box"),
        ({"created": "yesterday"}, 'created: "yesterday" is not allowed; give a time such as'),
        ({"created": "1901-01-01T00:00:00Z"}, "is before 1970"),
        ({"undone": 1e300}, "undone: "),
        ({"seen_confidence": 2}, "seen_confidence: 2 is not allowed; give a number from 0 to 1"),
        ({"seen": "a\x1b[31m"}, "seen: holds a control character"),
        ({"device": "a\nb"}, "device: holds a control character"),
        ({"by": "import:a\x1bb"}, "is no author"),
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


@pytest.mark.thorough
def test_a_checked_photo_and_what_was_undone_reach_another_home(shell, board):
    correct(shell, board, 0, "queue")
    shell("correct", board, "--checked")
    file, home, other = shell.folder / "all.jsonl", shell.folder / "home", shell.folder / "other"
    assert "2 corrections, 1 checked photo" in shell("corrections", "export", file).stderr
    home.rename(other)
    shell("index", shell.photos)
    assert "1 photo checked" in shell("corrections", "import", file).stdout
    shell("corrections", "undo", listed(shell)[0]["uid"])
    shell("corrections", "export", file, "--force")
    home.rename(shell.folder / "third")
    other.rename(home)

    told = shell("corrections", "import", file).stdout

    assert told == "0 taken, 1 known already, 1 undone, 1 photo unchecked, 0 refused\n"
    assert [w["text"] for w in words(shell, board)] == ["quene", "depth"]


@pytest.mark.thorough
def test_a_checked_photo_is_in_the_copy_and_survives_a_damaged_catalog(shell, board):
    shell("correct", board, "--checked")
    shell("index", shell.photos)
    copy = (shell.folder / "home" / "corrections.jsonl").read_text()
    assert [json.loads(line).get("checked", "") != "" for line in copy.splitlines()][-1]
    shell("corrections", "export", "--damaged", shell.folder / "saved.jsonl")
    (shell.folder / "home").rename(shell.folder / "lost")
    shell("index", shell.photos)

    shell("corrections", "import", shell.folder / "saved.jsonl")

    assert json.loads(shell("corrections", "stats", "--json").stdout)["checked"] == 1


def test_an_export_of_before_there_were_checks_and_changes_is_read(shell, board):
    correct(shell, board, 0, "queue")
    file = shell.folder / "all.jsonl"
    shell("corrections", "export", file)
    old = json.loads(file.read_text())
    del old["changed"]
    file.write_text(json.dumps(old | {"uid": "e" * 32, "undone": "2026-01-31T12:00:00Z"}))

    assert "1 taken" in shell("corrections", "import", file).stdout
    assert listed(shell)[1]["changed"] == "2026-01-31T12:00:00Z"


NAMES = ["a\nb", "a\tb", "a\x1b[31mb", 'a"b', "a,b", "a'b", "a\udcffb", "a b", "-a", "a\u202eb"]


@pytest.mark.parametrize("name", NAMES)
def test_a_photo_may_be_called_anything_and_its_corrections_are_taken_in(shell, name):
    photo = draw_photo(shell.photos / f"{name}.png", "quene", "depth")
    shell("index", shell.photos)
    correct(shell, photo, 0, "queue")
    before, file = listed(shell), shell.folder / f"{name}.jsonl"
    shell("corrections", "export", "--", file)
    assert before[0]["photos"] == [str(photo)]
    shell("corrections", "forget", "--by", "person", "--yes")

    assert "1 taken" in shell("corrections", "import", "--", file).stdout

    assert listed(shell) == before


@pytest.mark.thorough
def test_a_line_of_a_copy_that_says_what_it_is_of_is_no_faulty_one(shell, board):
    correct(shell, board, 0, "queue")
    shell("index", shell.photos)

    told = shell("corrections", "import", shell.folder / "home" / "corrections.jsonl")

    assert told.stdout == "0 taken, 1 known already, 0 refused\n"


def test_a_file_that_cannot_be_read_does_not_keep_the_others_from_being_taken_in(shell, board):
    correct(shell, board, 0, "queue")
    file = shell.folder / "all.jsonl"
    shell("corrections", "export", file)
    shell("corrections", "forget", "--by", "person", "--yes")

    told = shell("corrections", "import", shell.folder / "none.jsonl", file, code=2)

    assert told.stdout == "1 taken, 0 known already, 1 refused\n"
    assert "none.jsonl: No such file" in told.stderr
