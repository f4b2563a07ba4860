"""`correct` and `corrections`, as a user runs them."""

from __future__ import annotations

import io
import json

import pytest
from PIL import Image

from indexer import bootstrap, config, home
from indexer.cli.corrected_words import corrected_words

from ..conftest import draw_photo

pytestmark = pytest.mark.usefixtures("drawn_here")


@pytest.fixture
def board(shell):
    photo = draw_photo(shell.photos / "board.png", "quene", "depth")
    shell("index", shell.photos)
    return photo


def words(shell, photo):
    return json.loads(shell("show", photo, "--json").stdout)["words"]


def at(word) -> str:
    left, top, *_ = word["box"]
    return f"{left + 1},{top + 1}"


def correct(shell, photo, place: int, *said: str, code: int = 0):
    return shell("correct", photo, "--at", at(words(shell, photo)[place]), *said, code=code)


def listed(shell, *which) -> list[dict]:
    return [
        json.loads(line)
        for line in shell("corrections", "list", "--json", *which).stdout.splitlines()
    ]


@pytest.mark.thorough
def test_a_corrected_word_is_found_by_the_next_query(shell, board):
    said = correct(shell, board, 0, "queue").stdout

    assert "quene → queue" in said
    assert "board.png" in shell("query", "queue").stdout
    assert [w["text"] for w in words(shell, board)] == ["queue", "depth"]
    assert words(shell, board)[0]["by"] == "person"


@pytest.mark.thorough
def test_a_correction_counts_while_another_process_writes(shell, board):
    settings = config.load(None, home=shell.folder / "home")

    with home.locked(settings):
        correct(shell, board, 0, "queue")

        assert "board.png" in shell("query", "queue").stdout


def test_the_stores_follow_a_correction_if_nobody_else_writes(shell, board):
    correct(shell, board, 0, "queue")

    with bootstrap.reading_only(config.load(None, home=shell.folder / "home")) as (catalog, _):
        assert catalog.unindexed(10) == []


def ink_of(shell) -> list[tuple[str, tuple[int, int]]]:
    """Texts of the words that can be learned from, and the sizes of their images."""
    with bootstrap.reading_only(config.load(None, home=shell.folder / "home")) as (catalog, _):
        return [
            (word.text, Image.open(io.BytesIO(word.ink)).size) for word in catalog.inked_words()
        ]


def test_the_word_that_was_corrected_is_cut_out_to_learn_from(shell, board):
    correct(shell, board, 0, "queue")

    assert ink_of(shell) == [("queue", (80, 16))]


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
def test_a_checked_photo_is_counted_until_that_is_undone(shell, board):
    assert "2 words confirmed" in shell("correct", board, "--checked").stdout
    assert json.loads(shell("corrections", "stats", "--json").stdout)["checked"] == 1

    told = json.loads(shell("correct", board, "--unchecked", "--json").stdout)

    assert told == {"photo": str(board), "checked": False, "confirmed": 2}
    assert json.loads(shell("corrections", "stats", "--json").stdout)["checked"] == 0
    assert "was not checked" in shell("correct", board, "--unchecked", code=2).stderr


@pytest.mark.parametrize("said", [["--checked"], ["--at", "1,1,9,9", "queue"]])
def test_a_photo_that_was_not_read_yet_cannot_be_corrected(shell, board, said):
    later = draw_photo(shell.photos / "later.png", "depth", salt=7)
    draw_photo(shell.photos / "newest.png", "queue", salt=8)
    shell("index", shell.photos, "--limit", "1")

    waiting = [p for p in (later, shell.photos / "newest.png") if not words(shell, p)]

    assert len(waiting) == 1
    assert "not read yet" in shell("correct", waiting[0], *said, code=2).stderr
    assert json.loads(shell("corrections", "stats", "--json").stdout)["checked"] == 0


@pytest.mark.parametrize(
    "said", [["queue"], ["--no-word"], ["--at", "1,17"], ["--drawn"], ["--unchecked"]]
)
def test_all_words_are_not_checked_together_with_one(shell, board, said):
    assert "about all words" in shell("correct", board, "--checked", *said, code=2).stderr


def test_a_word_needs_a_place(shell, board):
    assert "--at" in shell("correct", board, "queue", code=2).stderr


def test_a_drawn_box_takes_the_place_of_the_words_in_it(shell, board):
    shell("correct", board, "--at", "0,16,80,48", "queue depth", "--drawn")

    assert [(w["text"], w["box"]) for w in words(shell, board)] == [
        ("queue depth", [0, 16, 80, 48])
    ]


@pytest.mark.thorough
def test_a_box_without_a_word_is_one_that_was_missed(shell, board):
    shell("correct", board, "--at", "200,0,230,12", "faint")

    [made] = listed(shell)
    assert (made["kind"], made["box"], made["seen"]) == ("drawn", [200, 0, 230, 12], "")
    assert "board.png" in shell("query", "faint").stdout


@pytest.mark.parametrize(
    ("said", "kind"),
    [(["queue"], "typed"), (["quene"], "confirmed"), (["--unreadable"], "unreadable")],
)
def test_how_a_correction_came_about_is_remembered(shell, board, said, kind):
    correct(shell, board, 0, *said)

    assert [made["kind"] for made in listed(shell)] == [kind]


def test_one_of_the_kept_readings_is_chosen(shell):
    shell.engine.recognizer.alternatives = {"quene": (("quene", 0.6), ("queue", 0.3))}
    photo = draw_photo(shell.photos / "board.png", "quene")
    shell("index", shell.photos)

    correct(shell, photo, 0, "queue")

    assert [made["kind"] for made in listed(shell)] == ["chosen"]


def test_what_is_no_word_is_shown_no_longer(shell, board):
    correct(shell, board, 0, "--no-word")

    assert [w["text"] for w in words(shell, board)] == ["depth"]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--at", "1,1"], "give one of TEXT, --no-word and --unreadable"),
        (["--at", "1,1", "a", "--no-word"], "give one of TEXT"),
        (["--at", "1,1", "  "], "the text is empty"),
        (["--at", "1,1", "a" * 65], "65 characters; at most 64"),
        (["--at", "1,1", "a\tb"], "control character"),
        (["--at", "300,1", "a"], "board.png: no word at 300,1"),
        (["--at", "0,0,999,5", "a"], "outside of the photo, which has 256×48 pixels"),
        (["--at", "200,0,230,12", "--no-word"], "no word was read in this box"),
        (["--at", "1,2,3", "a"], "give X,Y or LEFT,TOP,RIGHT,BOTTOM"),
        (["--at", "9,9,3,3", "a"], "give X,Y or LEFT,TOP,RIGHT,BOTTOM"),
        (["--at", "x,y", "a"], "give X,Y or LEFT,TOP,RIGHT,BOTTOM"),
    ],
)
def test_what_cannot_be_a_correction_is_refused_with_the_reason(shell, board, arguments, reason):
    assert reason in " ".join(shell("correct", board, *arguments, code=2).stderr.split())
    assert listed(shell) == []


def test_a_photo_that_is_not_indexed_cannot_be_corrected(shell, board):
    stranger = draw_photo(shell.photos / "new.png", "stranger")

    assert "not in the catalog" in shell("correct", stranger, "--at", "1,1", "a", code=2).stderr


def test_nothing_can_be_corrected_before_anything_is_indexed(shell):
    assert "nothing is indexed yet" in shell("corrections", "list", code=4).stderr
    photo = draw_photo(shell.photos / "a.png", "word")
    assert "nothing is indexed yet" in shell("correct", photo, "--at", "1,1", "a", code=4).stderr


@pytest.mark.thorough
def test_undo_and_redo_name_a_correction_by_its_first_digits(shell, board):
    correct(shell, board, 0, "queue")
    uid = listed(shell)[0]["uid"][:8]

    assert shell("corrections", "undo", uid).stdout == "1 undone\n"
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

    assert shell("corrections", "undo", "--by", "person").stdout == "2 undone\n"


@pytest.mark.thorough
def test_a_correction_is_forgotten_only_after_a_yes(shell, board):
    correct(shell, board, 0, "queue")
    uid = listed(shell)[0]["uid"]

    shell("corrections", "forget", uid, input="n\n", code=1)
    assert len(listed(shell)) == 1

    shell("corrections", "forget", uid, "--yes")
    assert listed(shell) == []


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
        ({"box": [9, 9, 3, 3]}, "box: has no area"),
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
def test_statistics_count_authors_kinds_and_parts(shell, board):
    correct(shell, board, 0, "queue")
    correct(shell, board, 1, "--no-word")
    shell("corrections", "undo", listed(shell)[0]["uid"])

    told = json.loads(shell("corrections", "stats", "--json").stdout)

    assert told == {
        "corrections": 1, "undone": 1, "doubtful": 0, "checked": 0, "photos": 1, "by": {"person": 1},
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

    folder = corrected_words(lambda: config.load(None, home=shell.folder / "home"), "")

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

    assert json.loads(copy.read_text())["text"] == "queue"
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
