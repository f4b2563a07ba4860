"""`corrections list`, `undo`, `redo`, `forget` and `stats`, as a user runs them."""

from __future__ import annotations

import json

import pytest

from indexer.cli.corrected_words import corrected_words

from ..conftest import draw_photo
from .corrected import correct, listed, settings_of, texts, words

pytestmark = pytest.mark.usefixtures("drawn_here")


@pytest.mark.thorough
def test_a_checked_photo_is_counted_until_that_is_undone(shell, board):
    assert "2 words confirmed" in shell("correct", board, "--checked").stdout
    assert json.loads(shell("corrections", "stats", "--json").stdout)["checked"] == 1

    told = json.loads(shell("correct", board, "--unchecked", "--json").stdout)

    assert told == {"photo": str(board), "checked": False, "confirmed": 2}
    assert json.loads(shell("corrections", "stats", "--json").stdout)["checked"] == 0
    assert "was not checked" in shell("correct", board, "--unchecked", code=2).stderr


def test_nothing_can_be_corrected_before_anything_is_indexed(shell):
    assert "nothing is indexed yet" in shell("corrections", "list", code=4).stderr
    photo = draw_photo(shell.photos / "a.png", "word")
    assert "nothing is indexed yet" in shell("correct", photo, "--at", "1,1", "a", code=4).stderr


@pytest.mark.thorough
def test_undo_and_redo_name_a_correction_by_its_first_digits(shell, board):
    correct(shell, board, 0, "queue")
    uid = listed(shell)[0]["uid"][:8]

    assert shell("corrections", "undo", uid).stdout == "1 correction undone\n"
    assert [w["text"] for w in words(shell, board)] == ["quene", "depth"]
    assert "(undone)" in shell("corrections", "list").stdout

    shell("corrections", "redo", uid)
    assert [w["text"] for w in words(shell, board)] == ["queue", "depth"]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ([], "give UIDs, or --by"),
        (["123456"], "no correction"),
        (["12"], "give 6 digits or more"),
        (["--by", "nobody"], "'nobody' is no author"),
    ],
)
def test_what_names_no_correction_is_refused(shell, board, arguments, reason):
    assert reason in shell("corrections", "undo", *arguments, code=2).stderr


@pytest.mark.thorough
def test_all_of_an_author_are_undone(shell, board):
    correct(shell, board, 0, "queue")
    correct(shell, board, 1, "death")

    assert shell("corrections", "undo", "--by", "person").stdout == "2 corrections undone\n"


@pytest.mark.thorough
def test_a_correction_is_forgotten_only_after_a_yes(shell, board):
    correct(shell, board, 0, "queue")
    uid = listed(shell)[0]["uid"]

    asked = shell("corrections", "forget", uid, input="n\n", code=1).stdout
    assert "Delete 1 correction of 1 photo for good?" in asked
    assert len(listed(shell)) == 1

    shell("corrections", "forget", uid, "--yes")
    assert listed(shell) == []


@pytest.mark.thorough
def test_statistics_count_authors_kinds_and_parts(shell, board):
    correct(shell, board, 0, "queue")
    correct(shell, board, 1, "--no-word")
    shell("corrections", "undo", listed(shell)[0]["uid"])

    told = json.loads(shell("corrections", "stats", "--json").stdout)

    assert told == {
        "corrections": 1, "superseded": 0, "undone": 1, "doubtful": 0, "checked": 0, "photos": 1, "by": {"person": 1},
        "kinds": {"typed": 1}, "parts": {"none": 1},
    }  # fmt: skip
    assert "person" in shell("corrections", "stats").stdout


def test_corrections_of_a_photo_are_those_of_all_its_copies(shell, board):
    copy = shell.photos / "copy.png"
    copy.write_bytes(board.read_bytes())
    shell("index", shell.photos)

    correct(shell, board, 0, "queue")

    assert [made["text"] for made in listed(shell, copy)] == ["queue"]
    assert len(listed(shell)[0]["photos"]) == 2


@pytest.mark.thorough
def test_corrections_of_the_former_version_are_listed_taken_and_left(shell, board):
    correct(shell, board, 0, "queue")
    draw_photo(board, "stack", "depth")
    shell("index", shell.photos)

    assert "queue" in shell("corrections", "former", board).stdout
    assert "not both" in shell("corrections", "former", board, "--take", "--leave", code=2).stderr
    [told] = shell("corrections", "former", board, "--take", "--json").stdout.splitlines()

    assert json.loads(told)["kind"] == "carried"
    assert [w["text"] for w in words(shell, board)] == ["queue", "depth"]
    assert shell("corrections", "former", board, "--leave").stdout == ""


def test_corrected_words_are_data_for_the_recogniser(shell, board):
    correct(shell, board, 0, "queue")

    folder = corrected_words(lambda: settings_of(shell), "")

    assert (folder / "labels.tsv").read_text("utf-8") == "00000.png\tqueue\n" * 2
    assert (folder / "00000.png").is_file()


@pytest.mark.thorough
def test_another_part_of_the_corrections_is_refused(shell, board):
    correct(shell, board, 0, "queue")

    said = shell("evaluate", "corrections:most", code=2).output

    assert "corrections:most: no such data; give corrections: or corrections:held" in said


def test_words_are_asked_about_until_they_are_corrected(shell, board):
    before = json.loads(shell("corrections", "lessons", "--json").stdout)

    assert sorted(lesson["text"] for lesson in before["lessons"]) == ["depth", "quene"]
    assert (before["learned"], before["enough_for_a_run"]) == (0, False)

    correct(shell, board, 0, "queue")

    after = json.loads(shell("corrections", "lessons", "--json").stdout)
    assert [lesson["text"] for lesson in after["lessons"]] == ["depth"]
    assert after["learned"] == 1
    assert "board.png --at " in shell("corrections", "lessons").stdout


def test_nothing_is_asked_where_there_is_nothing_to_forget(shell, board):
    assert shell("corrections", "forget", "--by", "teacher").stdout == "0 corrections forgotten\n"


def test_a_skipped_word_is_not_asked_about_again(shell, board):
    words = json.loads(shell("show", board, "--json").stdout)["words"]
    place = ",".join(map(str, words[0]["box"]))

    assert (
        "not asked about quene again" in shell("corrections", "skip", board, "--at", place).stdout
    )

    after = json.loads(shell("corrections", "lessons", "--json").stdout)
    assert [lesson["text"] for lesson in after["lessons"]] == ["depth"]
    empty = shell("corrections", "skip", board, "--at", "90,0,99,9", code=2)
    assert "no word was read in this box" in empty.output


@pytest.mark.thorough
def test_the_list_says_which_corrections_count(shell, board):
    correct(shell, board, 0, "queue")
    correct(shell, board, 0, "quiche")
    correct(shell, board, 1, "death")
    shell("corrections", "undo", listed(shell)[2]["uid"])

    assert [made["state"] for made in listed(shell)] == ["superseded", "counts", "undone"]
    told = shell("corrections", "list").stdout.splitlines()
    assert [line.rpartition("  ")[2] for line in told] == ["person (superseded)", "person", "person (undone)"]  # fmt: skip
    stats = json.loads(shell("corrections", "stats", "--json").stdout)
    assert (stats["corrections"], stats["superseded"], stats["undone"]) == (1, 1, 1)


@pytest.mark.thorough
def test_redo_takes_back_the_last_undo_alone(shell, board):
    correct(shell, board, 0, "queue")
    correct(shell, board, 1, "death")
    shell("corrections", "undo", listed(shell)[0]["uid"])
    shell("corrections", "undo", "--by", "person")

    assert shell("corrections", "redo", "--by", "person").stdout == "1 correction redone\n"
    assert texts(shell, board) == ["quene", "death"]
    shell("corrections", "redo", "--by", "person")
    assert texts(shell, board) == ["queue", "death"]


@pytest.mark.parametrize("command", ["list", "undo", "redo", "forget"])
def test_an_author_that_nobody_can_be_is_refused(shell, board, command):
    assert "is no author" in shell("corrections", command, "--by", "nobody", code=2).stderr


@pytest.mark.thorough
def test_a_superseded_correction_is_not_counted_as_one_to_learn_from(shell, board):
    correct(shell, board, 0, "queue")
    correct(shell, board, 0, "quiche")
    correct(shell, board, 1, "two words")

    told = shell("corrections", "lessons")

    assert told.stderr == "1 word to learn from so far\n"


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("corrections:", "Error: corrections: there are no words to learn from"),
        ("corrections:held", "Error: corrections:held: no checked photo is held out"),
    ],
)
def test_data_without_a_corrected_word_are_told_by_their_name(shell, board, data, reason):
    assert reason in shell("evaluate", data, code=2).stderr
