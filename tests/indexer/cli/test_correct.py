"""`correct`, as a user runs it."""

from __future__ import annotations

import json

import pytest

from indexer import bootstrap, home

from ..conftest import draw_photo
from .corrected import correct, ink_of, listed, settings_of, words

pytestmark = pytest.mark.usefixtures("drawn_here")


@pytest.mark.thorough
def test_a_corrected_word_is_found_by_the_next_query(shell, board):
    said = correct(shell, board, 0, "queue").stdout

    assert "quene → queue" in said
    assert "board.png" in shell("query", "queue").stdout
    assert [w["text"] for w in words(shell, board)] == ["queue", "depth"]
    assert words(shell, board)[0]["by"] == "person"


@pytest.mark.thorough
def test_a_correction_counts_while_another_process_writes(shell, board):
    settings = settings_of(shell)

    with home.locked(settings):
        correct(shell, board, 0, "queue")

        assert "board.png" in shell("query", "queue").stdout


def test_the_stores_follow_a_correction_if_nobody_else_writes(shell, board):
    correct(shell, board, 0, "queue")

    with bootstrap.reading_only(settings_of(shell)) as (catalog, _):
        assert catalog.unindexed(10) == []


def test_the_word_that_was_corrected_is_cut_out_to_learn_from(shell, board):
    correct(shell, board, 0, "queue")

    assert ink_of(shell) == [("queue", (80, 16))]


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
    assert "--at is missing" in shell("correct", board, "queue", code=2).stderr
    assert "and --at PLACE" in shell("correct", board, code=2).stderr


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


def test_a_drawn_box_names_the_words_that_it_takes_the_place_of(shell, board):
    told = shell("correct", board, "--at", "0,16,80,48", "queue depth", "--drawn").stdout
    assert "in place of 'quene', 'depth'" in told

    told = shell("correct", board, "--at", "0,16,80,44", "other", "--drawn", "--json").stdout
    assert json.loads(told)["replaces"] == [{"text": "queue depth", "box": [0, 16, 80, 48]}]


@pytest.mark.thorough
def test_a_correction_of_a_correction_names_that(shell, board):
    assert "in place of" not in correct(shell, board, 0, "queue").stdout

    assert "in place of 'queue'" in correct(shell, board, 0, "quiche").stdout


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("none.png", "none.png: no such file; check the name"),
        ("none/none.png", "no such file"),
        ("", "photos: a folder; give a photo in it"),
    ],
)
def test_a_photo_that_is_none_is_told(shell, board, name, reason):
    said = shell("correct", shell.photos / name, "--at", "1,1", "a", code=2).stderr

    assert reason in said
    assert "ocrsearch index" not in said


@pytest.mark.thorough
def test_a_check_says_what_the_words_of_the_photo_are_for(shell, board):
    told = shell("correct", board, "--checked").stdout
    [part] = {made["part"] for made in listed(shell)}

    assert {"learn": "are learned from", "held": "measure what is learned"}[part] in told
