"""Filters wherever they stand in a query: alone, beside OR and NOT, in brackets."""

from __future__ import annotations

import pytest

from ..conftest import draw_photo, spelled

WORDS = {
    "p/a.png": ("garden", "table"),
    "p/b.png": ("window", "silver"),
    "q/c.png": ("garden", "silver"),
    "q/d.png": ("monkey",),
    "q/e.png": (),
}


@pytest.fixture(scope="module", params=["seen by the network", "read alone"])
def boards(make_lasting_world, request):
    world = make_lasting_world()
    if request.param == "seen by the network":
        words = {word for words in WORDS.values() for word in words}
        world.engine.recognizer.posteriorgrams = {word: spelled(word) for word in words}
    for salt, (name, words) in enumerate(WORDS.items()):
        draw_photo(world.photos / name, *words, salt=salt)
    world.sync()
    return world


def certain(boards, query, **filters):
    """Names of the photos that are no guesses."""
    hits = boards.answer(query, **filters).hits
    return "".join(sorted(hit.photo.stem for hit in hits if hit.score > 0.5))


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("window OR name:a", "ab"),
        ("name:a OR window", "ab"),
        ("garden OR name:b", "abc"),
        ("folder:p OR garden", "abc"),
        ("window OR name:e", "be"),
        ("nothing OR name:e", "e"),
        ("name:a OR name:d", "ad"),
        ("(window OR name:a) name:a", "a"),
        ("(window OR name:a) folder:q", ""),
        ("(window OR name:a) garden", "a"),
        ("(window OR name:a) (monkey OR name:a)", "a"),
        ("(window OR name:a) (garden OR name:b)", "ab"),
        ("(window OR name:c) silver", "bc"),
        ("(window OR folder:q) -monkey", "bce"),
        ("monkey OR (folder:p -name:b)", "ad"),
        ("monkey OR (folder:p NOT window)", "ad"),
        ("monkey OR (folder:p garden)", "ad"),
        ("folder:(p OR q) monkey", "d"),
        ('"garden table" OR name:d', "ad"),
        ("gard* OR name:d", "acd"),
        ("monkey OR name:[ab]", "d"),
        ("garden NOT (table OR name:b)", "c"),
        ("garden NOT (table OR name:c)", ""),
        ("silver (window OR -garden)", "b"),
        ("folder:p", "ab"),
        ("name:e", "e"),
        ("folder:q name:d", "d"),
        ("folder:q -name:d", "ce"),
        ("folder:q -garden", "de"),
        ("folder:q -gard*", "de"),
        ("folder:q -(garden OR monkey)", "e"),
        ("NOT monkey folder:q", "ce"),
        ("folder:q (garden OR -monkey)", "ce"),
        ("-folder:p -monkey folder:*", "ce"),
        ("date:2026", ""),
        ("garden OR date:2026", "ac"),
        ("NOT (NOT garden) silver", "c"),
    ],
)
def test_a_photo_that_fulfils_a_query_by_its_filters_is_found(boards, query, found, exact):
    assert certain(boards, query, exact=exact) == found


def test_what_a_filter_decides_is_certain_and_the_words_are_shown_beside(boards):
    [hit] = [hit for hit in boards.answer("garden OR name:a").hits if hit.photo.stem == "a"]

    assert hit.score == 1.0
    assert [word.text for word in hit.words] == ["garden"]
    assert hit.context == "garden"


def test_a_photo_without_words_is_a_hit_without_context(boards):
    [hit] = boards.answer("name:e").hits

    assert (hit.score, hit.words, hit.context) == (1.0, (), "")


def test_other_filters_narrow_what_stands_behind_an_or(boards):
    assert certain(boards, "garden OR name:b", folder=boards.photos / "q") == "c"
    assert certain(boards, "garden OR name:b", folder=boards.photos / "p") == "ab"


def test_each_photo_that_a_filter_decides_is_counted_once(boards):
    assert boards.answer("folder:*", limit=2).total == 5
    assert len(boards.answer("folder:*", limit=2).hits) == 2
    assert boards.answer("nothing OR folder:p", limit=1).total == 2


@pytest.mark.thorough
def test_many_photos_of_a_folder_do_not_keep_the_others_from_being_looked_at(world, monkeypatch):
    monkeypatch.setattr("indexer.search.shortlist.MAX_CANDIDATES", 2)
    monkeypatch.setattr("indexer.search.shortlist.MARGIN", 0)
    world.engine.recognizer.posteriorgrams = {"garden": spelled("garden")}
    for number in range(8):
        draw_photo(world.photos / "p" / f"{number}.png", "garden", salt=number)
    draw_photo(world.photos / "q" / "other.png", "garden", "tree", salt=9)
    world.sync()

    assert "other.png" in world.find("tree OR folder:p", limit=9)
    assert world.answer("tree OR folder:p", limit=1).total == 9


def test_a_word_that_must_not_be_there_is_looked_for_on_more_photos_than_are_shown(
    world, monkeypatch
):
    monkeypatch.setattr("indexer.search.shortlist.MAX_CANDIDATES", 2)
    monkeypatch.setattr("indexer.search.shortlist.MARGIN", 0)
    for number in range(8):
        draw_photo(world.photos / f"{number}.png", "tree" if number < 6 else "wall", salt=number)
    world.sync()

    assert sorted(world.find("name:* -tree", limit=2)) == ["6.png", "7.png"]


@pytest.mark.thorough
@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize(
    "query",
    [
        "(tree OR name:named) garden",
        "garden (name:named OR tree)",
        "(tree OR name:named OR lamp) garden",
        "(tre* OR name:named) garden",
        '("old tree" OR name:named) garden',
        "(tree OR folder:named) garden",
    ],
)
def test_a_word_beside_a_filter_is_looked_for_on_the_photos_with_the_other_words(
    world, monkeypatch, query, exact
):
    monkeypatch.setattr("indexer.search.shortlist.MAX_CANDIDATES", 2)
    monkeypatch.setattr("indexer.search.shortlist.MARGIN", 0)
    for number in range(8):  # shorter, so that the full text has them before the others
        draw_photo(world.photos / f"{number}.png", "garden", salt=number)
    draw_photo(world.photos / "both.png", "garden", "old", "tree", "wall", "monkey")
    draw_photo(world.photos / "named" / "named.png", "garden", "silver", "wall", "monkey", "table")
    world.sync()

    hits = world.answer(query, limit=2, exact=exact).hits

    assert {hit.photo.stem for hit in hits} == {"both", "named"}
    assert all(hit.score > 0.5 for hit in hits)
