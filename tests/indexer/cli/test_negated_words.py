"""Words of a query on the command line that begin with a minus."""

from __future__ import annotations

import json

import pytest

from ..conftest import draw_photo


@pytest.fixture
def boards(shell):
    """`garden` stands on two photos, `wall` on one of them."""
    draw_photo(shell.photos / "both.png", "garden", "wall")
    draw_photo(shell.photos / "garden.png", "garden", "hall5")
    shell("index", shell.photos)
    return shell


def asked(shell, *arguments, code=0):
    report = json.loads(shell("query", "--json", *arguments, code=code).stdout)
    names = sorted(hit["photo"].rpartition("/")[2] for hit in report["hits"])
    return report["query"], names


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (["garden", "-wall"], ["garden.png"]),
        (["garden", "-wall", "--limit", "3"], ["garden.png"]),
        (["garden", "--limit", "3", "-wall"], ["garden.png"]),
        (["--limit", "3", "garden", "-wall"], ["garden.png"]),
        (["garden", "--limit=3", "-wall"], ["garden.png"]),
        (["garden", "--exact", "-wall"], ["garden.png"]),
        (["garden", "-hall5"], ["both.png"]),
        (["garden", "-5"], ["both.png", "garden.png"]),
        (["garden", '-"wall"'], ["garden.png"]),
        (["garden", "-(wall OR tree)"], ["garden.png"]),
        (["garden", "-wal*"], ["garden.png"]),
        (["garden", "-name:both"], ["garden.png"]),
        (["garden -wall"], ["garden.png"]),
        (["garden", "–wall"], ["garden.png"]),
        (["garden", "-"], ["both.png", "garden.png"]),
        (["garden", "--", "-wall"], ["garden.png"]),
        (["--", "-wall", "garden"], ["garden.png"]),
        (["garden", "-wall", "-hall5"], []),
        (["garden", "--wall"], ["garden.png"]),
        (["garden", "--wall", "--limit", "3"], ["garden.png"]),
        (["garden", "--limit", "3", "--wall"], ["garden.png"]),
        (["garden", "--wal*"], ["garden.png"]),
        (["garden", "--name:both"], ["garden.png"]),
        (["garden", "--lamp"], ["both.png", "garden.png"]),
        (["garden", "--lamp=x"], ["both.png", "garden.png"]),
        (["garden", "--", "--wall"], ["garden.png"]),
        (["garden --wall"], ["garden.png"]),
    ],
)
def test_a_word_after_a_minus_is_not_to_be_on_the_photo(boards, arguments, names):
    assert asked(boards, *arguments, code=0 if names else 1)[1] == names


def test_the_answer_repeats_the_query_as_it_was_typed(boards):
    assert asked(boards, "garden", "-wall")[0] == "garden -wall"


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["garden", "--limt", "3"], "--limt"),
        (["garden", "-wall", "--limt=3"], "--limt"),
        (["garden", "--folders", "x"], "--folders"),
        (["garden", "--jsn"], "--jsn"),
        (["garden", "--minscore", "0.5"], "--minscore"),
        (["garden", "--home", "x"], "--home"),
        (["garden", "--log-json"], "--log-json"),
        (["--wall", "garden"], "--wall"),
        (["--limt", "3", "garden"], "--limt"),
        (["-wall", "garden"], "-w"),
        (["garden", "--limit", "-3"], "--limit"),
        (["garden", "--limit"], "--limit"),
    ],
)
def test_what_can_only_be_an_option_is_refused_by_its_name(boards, arguments, named):
    assert named in boards("query", *arguments, code=2).stderr


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["-garden"], "write it behind a word to look for"),
        (["-wall", "garden"], "write it behind a word to look for"),
        (["--lamp"], "write -- before the words"),
        (["garden", "--limt", "3"], "write -- before the words"),
        (["garden", "--home", "x"], "--home stands before the command"),
        (["garden", "--config=x"], "--config stands before the command"),
    ],
)
def test_a_word_that_is_taken_for_an_option_is_told_how_to_be_written(boards, arguments, hint):
    assert hint in " ".join(boards("query", *arguments, code=2).stderr.split())


def test_options_behind_words_still_work(boards):
    assert "Usage:" in boards("query", "garden", "-h").stdout
    assert len(asked(boards, "garden", "-tree", "--limit", "1")[1]) == 1
