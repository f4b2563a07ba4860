"""Other forms of a searched word are found as well, and score less."""

from __future__ import annotations

import pytest

from indexer.search import score

from ..conftest import draw_photo, spelled


@pytest.fixture(scope="module")
def boards(make_lasting_world):
    world = make_lasting_world()
    for name, words in {
        "itself": ["sorting"],
        "past": ["sorted"],
        "verb": ["sort"],
        "other": ["sorbet"],
        "phrase": ["sorted", "list"],
    }.items():
        world.engine.recognizer.posteriorgrams |= {word: spelled(word) for word in words}
        draw_photo(world.photos / f"{name}.png", *words)
    world.sync()
    return world


def found(world, query, **filters):
    return sorted(hit.photo.stem for hit in world.answer(query, **filters).hits if hit.score > 0.1)


def test_other_forms_are_found_below_the_word_itself(boards):
    hits = boards.answer("sorting").hits

    assert hits[0].photo.stem == "itself"
    assert found(boards, "sorting") == ["itself", "past", "phrase", "verb"]
    assert all(0.1 < hit.score <= score.INFLECTED for hit in hits[1:4])
    assert [word.text for hit in hits if hit.photo.stem == "past" for word in hit.words] == [
        "sorted"
    ]


@pytest.mark.parametrize("query", ["Sorting", "sorting OR zebra", "(sorting)", "sorting folder:*"])
def test_it_makes_no_difference_how_the_word_is_written_or_combined(boards, query):
    assert found(boards, query) == ["itself", "past", "phrase", "verb"]


def test_several_words_may_be_inflected_each(boards):
    both, one, none = (
        boards.answer(query).hits[0] for query in ("sorting lists", "sorting list", "sorted list")
    )

    assert both.photo.stem == one.photo.stem == none.photo.stem == "phrase"
    assert both.score < one.score < none.score
    assert "phrase" in found(boards, "sorting list")


@pytest.mark.parametrize("query", ['"sorting"', "“sorting”", "sortin*", "sorting -sorted"])
def test_quoted_words_and_patterns_mean_themselves(boards, query):
    assert "itself" in found(boards, query)
    assert "past" not in found(boards, query)


def test_a_phrase_means_its_words_as_they_are(boards):
    assert found(boards, '"sorting list"') == []
    assert found(boards, '"sorted list"') == ["phrase"]
    assert found(boards, 'sorting "sorting list"') == []


def test_a_negated_word_excludes_only_itself(boards):
    assert found(boards, "sort NOT sorting") == ["past", "phrase", "verb"]


def test_exact_asks_for_the_word_itself(boards):
    assert found(boards, "sorting", exact=True) == ["itself"]
