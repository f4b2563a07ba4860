"""Phrases that hold patterns."""

from __future__ import annotations

import pytest

from indexer.query.ast import Phrase, Term
from indexer.search.score import raw_scores, rescored, scored

from ..conftest import draw_photo, spelled

WORDS = {
    "a": ("garden", "table", "yellow", "lamp"),
    "b": ("table", "garden"),
    "c": ("garden", "big", "table"),
    "d": ("garden.table",),
    "e": ("gardens", "tablet"),
}
SEEN = ["garden", "table", "yellow", "lamp", "big", "garden.table", "gardens", "tablet"]


@pytest.fixture(scope="module", params=[True, False], ids=["seen", "read"])
def boards(make_lasting_world, request):
    world = make_lasting_world()
    if request.param:
        world.engine.recognizer.posteriorgrams = {word: spelled(word) for word in SEEN}
    for name, words in WORDS.items():
        draw_photo(world.photos / f"{name}.png", *words)
    world.sync()
    return world


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ('"garden table"', "ad"),
        ('"garden tab*"', "ad"),
        ('"gard* table"', "ad"),
        ('"gard* tab*"', "ade"),
        ('"*arden *able"', "ad"),
        ('"*ard* *abl*"', "ade"),
        ('"g*n t*e"', "ad"),
        ('"garden t?ble"', "ad"),
        ('"gard?n table"', "ad"),
        ('"?arden tab*"', "ad"),
        ('"garde? table"', "ad"),
        ('"garden tabl?"', "ad"),
        ('"garden table?"', "ad"),
        ('"gardens table?"', "e"),
        ('"garden * table"', "c"),
        ('"garden * yellow"', "a"),
        ('"garden * * lamp"', "a"),
        ('"gard* * tab*"', "c"),
        ('"* table"', "abcd"),
        ('"tab*"', "abcde"),
        ('"tab* gard*"', "b"),
        ('"garden tab* yel*"', "a"),
        ('"garden x*"', ""),
        ('garden -"garden tab*"', "bc"),
        ('yellow "garden tab*"', "a"),
        ('"big tab*" OR "yellow lam*"', "ac"),
        ("“garden tab*”", "ad"),
    ],
)
def test_a_pattern_in_a_phrase_is_found_beside_the_other_words(boards, query, found, exact):
    hits = boards.answer(query, exact=exact).hits

    assert "".join(sorted(hit.photo.stem for hit in hits if hit.score > 0.5)) == found, [
        (h.photo.stem, round(h.score, 3), h.words) for h in hits
    ]


def test_a_phrase_with_a_pattern_is_nearly_as_likely_as_its_words(boards):
    def best(query):
        return max(hit.score for hit in boards.answer(query).hits)

    assert best('"gard* table"') > 0.9 * best('"garden table"')
    assert best('"garden tab*"') > 0.9 * best('"garden table"')


def test_all_words_of_a_phrase_with_a_pattern_are_shown(boards):
    [hit] = [hit for hit in boards.answer('"gard* * tab*"').hits if hit.score > 0.5]

    assert [word.text for word in hit.words] == ["garden", "big", "table"]


def test_any_word_stands_for_one_box_without_evidence_of_its_own():
    phrase = Phrase(("linked", "*", "list"))
    linked, list_ = Term("linked"), Term("list")
    leaves = {phrase: {}, linked: {1: {0: 0.9}, 2: {0: 0.9}}, list_: {1: {2: 0.9}, 2: {1: 0.9}}}
    evidence = scored(phrase, leaves, {})

    assert raw_scores(phrase, evidence) == pytest.approx({1: 0.81, 2: 0.0})
    lined = rescored(evidence, [1], lines={1: {0: 0, 1: 0, 2: 1}})
    assert raw_scores(phrase, lined)[1] == pytest.approx(0.405)
