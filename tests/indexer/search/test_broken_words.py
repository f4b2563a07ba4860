"""Words that a line end or a sign breaks, as they are searched for."""

from __future__ import annotations

import pytest

from indexer.search.calibration import calibrated

from ..conftest import draw_photo, spelled


@pytest.fixture(scope="module", params=["readings", "posteriorgrams"])
def broken(make_lasting_world, request):
    """Photos of `pattern recog-/nition system` and of `recog nition`; each word has its own line.

    The words of the first are known by their readings, or only by what the network computed.
    """
    world = make_lasting_world()
    engine = world.engine.recognizer
    if request.param == "posteriorgrams":
        seen = {"recoq-": "recog-", "nitlon": "nition", "pattern": "pattern", "system": "system"}
        engine.posteriorgrams = {read: spelled(said) for read, said in seen.items()}
        words = ["pattern", "recoq-", "nitlon", "system"]
    else:
        words = ["pattern", "recog-", "nition", "system"]
    draw_photo(world.photos / "broken.png", *words)
    draw_photo(world.photos / "whole.png", "recog", "nition")
    world.sync()
    return world


@pytest.mark.parametrize(
    "query",
    [
        *("recognition", "recogn*", "*cognition", "*cogni*", "recognition pattern"),
        *('"pattern recognition"', '"recognition system"', '"pattern recognition system"'),
        *("recognition NOT java", "java OR recognition", "recog-nition", '"recog nition"'),
    ],
)
def test_a_word_that_a_line_end_breaks_is_found_whole(broken, query):
    assert broken.find(query)[0] == "broken.png"


def test_it_is_shown_with_both_its_pieces(broken):
    [hit] = broken.answer('"recognition system"').hits

    assert [word.box.top // 16 for word in hit.words] == [2, 3, 4]
    assert len(broken.answer("recognition").hits[0].words) == 2


def test_it_can_be_excluded(broken):
    assert broken.find("pattern NOT recognition") == []


def test_neighbours_without_a_hyphen_are_two_words(broken):
    assert broken.find("recognition") == ["broken.png"]


def test_a_phrase_does_not_skip_words_at_other_line_ends(broken):
    for query in ('"pattern system"', '"pattern nition"', '"system recognition"'):
        assert all(hit.score < 0.2 for hit in broken.answer(query).hits), query


def test_readings_alone_find_it_too(world):
    draw_photo(world.photos / "a.png", "pattern", "recog-", "nition")
    world.sync()

    for query in ("recognition", "recogn?tion", "re*tion", '"pattern recognition"'):
        assert world.find(query, exact=True) == ["a.png"], query


def test_a_piece_and_the_whole_count_once(world):
    world.engine.recognizer.posteriorgrams = {
        "recog-": spelled("recog-"),
        "nition": spelled("nition"),
    }
    draw_photo(world.photos / "a.png", "recog-", "nition")
    world.sync()

    assert world.answer("recog*").hits[0].score <= calibrated(0.9, seen=1.0, letters=5, read=True)


@pytest.mark.thorough
def test_a_broken_word_of_two_parts_is_found_with_and_without_its_hyphen(world):
    draw_photo(world.photos / "a.png", "well-", "known")
    draw_photo(world.photos / "b.png", "well-known", salt=1)
    world.sync()

    for query in ("well-known", "wellknown", "well-kn*", "well-kn?wn", "*-known", '"well known"'):
        assert sorted(world.find(query)) == ["a.png", "b.png"], query
        assert sorted(world.find(query, exact=True)) == ["a.png", "b.png"], query


@pytest.mark.parametrize("exact", [False, True])
def test_a_pattern_is_found_where_its_sign_parts_two_boxes(world, exact):
    draw_photo(world.photos / "a.png", "node.", "next", "known")
    draw_photo(world.photos / "b.png", "next", "node.", "known", salt=1)
    world.sync()

    for query in ("node.n*", "node.n?xt", "n*e.next", "node-next.kn*"):
        assert world.find(query, exact=exact) == ["a.png"], query


@pytest.mark.thorough
def test_a_word_read_without_its_sign_is_found_by_one_who_types_it(world):
    world.engine.recognizer.posteriorgrams = {"wellknown": spelled("wellknown")}
    draw_photo(world.photos / "a.png", "wellknown")
    world.sync()

    assert world.find("well-known") == world.find("well–kn*") == ["a.png"]


@pytest.mark.thorough
def test_a_photo_that_is_read_again_loses_its_broken_words(world):
    photo = draw_photo(world.photos / "a.png", "recog-", "nition")
    world.sync()
    photo.unlink()
    draw_photo(photo, "recog", "tree")
    world.sync()

    assert world.find("recognition") == []
