from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from indexer.entities import Box, Photo, State, Word
from indexer.errors import UsageError
from indexer.query.ast import And, Field, Not, Or, Pattern, Phrase, Term, fulfils, leaves
from indexer.query.parser import parse
from indexer.query.text import tokens
from indexer.search import searcher as search
from indexer.search.scoring import Judge, calibrated
from indexer.search.searcher import Filters, Searcher, _hit

from ..conftest import draw_photo, spelled


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("queue", Term("queue")),
        ("Queue", Term("queue")),
        ("linked list", And((Term("linked"), Term("list")))),
        ("linked OR list", Or((Term("linked"), Term("list")))),
        ("tree NOT java", And((Term("tree"), Not(Term("java"))))),
        ('"linked list"', Phrase(("linked", "list"))),
        ("linked-list", Phrase(("linked", "list"))),
        ("algo*", Pattern("algo*")),
        ("wom?n", Pattern("wom?n")),
        ("a AND (b OR c)", And((Term("a"), Or((Term("b"), Term("c")))))),
        ("café", Term("cafe")),
        ("*que*", Pattern("*que*")),
        ("name:board* queue", And((Field("name", "board*"), Term("queue")))),
        ('folder:"my notes" queue', And((Field("folder", "my notes"), Term("queue")))),
        ("queue NOT date:2026-03", And((Term("queue"), Not(Field("date", "2026-03"))))),
        ("date: queue", And((Term("date"), Term("queue")))),
    ],
)
def test_a_query_is_read_as_people_mean_it(text, question):
    assert parse(text) == question


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('"linked list', "quote"),
        ("(a OR b", "brackets"),
        ("", "at least one word"),
        ("NOT java", "at least one word"),
        ("!?", "at least one word"),
        ("folder:notes", "at least one word"),
        ("date:march queue", "date:march: give a year, month or day"),
    ],
)
def test_a_query_that_cannot_be_understood_says_why(text, reason):
    with pytest.raises(UsageError, match=reason):
        parse(text)


def test_negated_words_are_not_looked_for():
    assert leaves(parse("tree NOT java")) == [Term("tree")]


def test_tokens_fold_case_accents_and_signs():
    assert tokens("Node(newVal, Émile_2") == ["node", "newval", "emile", "2"]


def test_all_words_must_be_on_the_photo(world):
    draw_photo(world.photos / "both.png", "linked", "list")
    draw_photo(world.photos / "one.png", "linked", "tree")
    world.sync()

    assert world.find("linked list") == ["both.png"]
    assert sorted(world.find("linked OR tree")) == ["both.png", "one.png"]
    assert world.find("linked NOT list") == ["one.png"]


def test_a_phrase_asks_for_neighbours_in_order(world):
    draw_photo(world.photos / "in-order.png", "linked", "list")
    draw_photo(world.photos / "reversed.png", "list", "linked")
    draw_photo(world.photos / "apart.png", "linked", "tree", "list")
    world.sync()

    assert world.find('"linked list"') == ["in-order.png"]


def test_a_phrase_is_found_inside_one_box(world):
    draw_photo(world.photos / "joined.png", "linked.list")
    world.sync()

    assert world.find('"linked list"') == ["joined.png"]
    assert world.find("list") == ["joined.png"]


def test_a_prefix_finds_longer_words(world):
    draw_photo(world.photos / "a.png", "algorithm")
    draw_photo(world.photos / "b.png", "analgo")
    world.sync()

    assert world.find("algo*") == ["a.png"]


def test_a_second_reading_is_found_but_ranks_below_a_first_one(world):
    world.engine.recognizer.alternatives = {"queve": (("queve", 0.6), ("queue", 0.3))}
    draw_photo(world.photos / "unsure.png", "queve")
    draw_photo(world.photos / "sure.png", "queue")
    world.sync()

    assert world.find("queue") == ["sure.png", "unsure.png"]


def test_exact_asks_for_the_best_reading_only(world):
    world.engine.recognizer.alternatives = {"queve": (("queve", 0.6), ("queue", 0.3))}
    draw_photo(world.photos / "unsure.png", "queve")
    draw_photo(world.photos / "sure.png", "queue")
    world.sync()

    assert world.find("queue", exact=True) == ["sure.png"]


def test_scores_are_calibrated_probabilities_and_several_words_multiply(world):
    draw_photo(world.photos / "a.png", "linked", "list")
    world.sync()

    one = world.answer("linked").hits[0].score
    both = world.answer("linked list").hits[0].score

    assert one == pytest.approx(calibrated(0.9))
    assert both == pytest.approx(calibrated(0.81))


def test_calibration_keeps_the_order_and_what_is_certain_and_trusts_middling_scores_less():
    scores = [0.0, 1e-9, 0.001, 0.03, 0.5, 0.8, 0.9, 0.99, 0.9999, 1.0]

    after = [calibrated(score) for score in scores]

    assert after == sorted(set(after))
    assert (after[0], after[-1]) == (0, 1)
    assert after[4:7] == pytest.approx([0.29, 0.47, 0.58], abs=0.01)  # 0.84 becomes one half
    assert after[3] > 0.03


def test_a_repeated_word_raises_the_score_but_never_above_one(world):
    draw_photo(world.photos / "once.png", "queue")
    draw_photo(world.photos / "twice.png", "queue", "queue", "queue")
    world.sync()

    hits = world.answer("queue").hits

    assert [hit.photo.name for hit in hits] == ["twice.png", "once.png"]
    assert 0.9 < hits[0].score <= 1


def test_hits_carry_boxes_and_the_line_around_the_match(world):
    draw_photo(world.photos / "a.png", "tree", "queue")
    world.sync()

    [hit] = world.answer("queue").hits

    assert [(w.text, w.box) for w in hit.words] == [("queue", Box(0, 32, 80, 48))]
    assert hit.context == "queue"


def test_the_limit_cuts_hits_but_not_the_total(world):
    for number in range(5):
        draw_photo(world.photos / f"{number}.png", "queue", salt=number)
    world.sync()

    answer = world.answer("queue", limit=2)

    assert (len(answer.hits), answer.total) == (2, 5)


def test_a_folder_narrows_the_search(world):
    draw_photo(world.photos / "may" / "a.png", "queue")
    draw_photo(world.photos / "june" / "b.png", "queue", salt=1)
    world.sync()

    assert world.find("queue", folder=world.photos / "may") == ["a.png"]


def test_dates_narrow_the_search_to_a_half_open_span(world):
    from PIL import Image

    for day in (1, 2, 3):
        path = draw_photo(world.photos / f"{day}.png", "queue", salt=day)
        with Image.open(path) as image:
            exif = image.getexif()
            exif[306] = f"2026:03:0{day} 12:00:00"
            image.save(path, exif=exif)
    world.sync()

    found = world.find("queue", since=datetime(2026, 3, 2), until=datetime(2026, 3, 3))

    assert found == ["2.png"]


def test_what_the_network_saw_is_found_though_no_reading_says_it(world):
    world.engine.recognizer.posteriorgrams = {"gnene": spelled("gnene", "queue")}
    draw_photo(world.photos / "unsure.png", "gnene")
    draw_photo(world.photos / "other.png", "tree")
    world.sync()

    [hit] = world.answer("queue").hits

    assert hit.photo.name == "unsure.png"
    assert hit.score == pytest.approx(calibrated(0.3**3), rel=0.1)  # three letters differ
    assert [word.text for word in hit.words] == ["gnene"]
    assert world.find("queue", exact=True) == []


def test_a_word_in_a_compound_box_is_found_by_what_the_network_saw(world):
    world.engine.recognizer.posteriorgrams = {"node.mext": spelled("node.mext", "node.next")}
    draw_photo(world.photos / "a.png", "node.mext")
    world.sync()

    assert world.answer("next").hits[0].score == pytest.approx(calibrated(0.3), rel=0.1)


def test_phrases_follow_what_the_network_saw(world):
    world.engine.recognizer.posteriorgrams = {
        "linked": spelled("linked"),
        "lisf": spelled("lisf", "list"),
    }
    draw_photo(world.photos / "a.png", "linked", "lisf")
    draw_photo(world.photos / "b.png", "lisf", "linked")
    world.sync()

    [hit] = world.answer('"linked list"').hits

    assert hit.photo.name == "a.png"
    assert [word.text for word in hit.words] == ["linked", "lisf"]


def test_a_negated_word_excludes_photos_that_likely_hold_it(world):
    world.engine.recognizer.posteriorgrams = {"tree": spelled("tree"), "java": spelled("java")}
    draw_photo(world.photos / "a.png", "tree", "java")
    draw_photo(world.photos / "b.png", "tree", "ruby")
    world.sync()

    assert world.find("tree NOT java") == ["b.png"]


def suggested(world, query):
    library = world.library
    searcher = Searcher(library.catalog, library.index, library.posteriors)
    return searcher.suggestions(searcher.search(query, Filters()))


def test_similar_words_are_suggested_when_nothing_is_found(world):
    draw_photo(world.photos / "a.png", "algorithm")
    world.sync()

    assert suggested(world, "algorythm") == ["algorithm"]


def test_similar_words_are_suggested_from_what_was_found_with_little_certainty(world):
    world.engine.recognizer.posteriorgrams = {"queue": spelled("queue"), "quota": spelled("quota")}
    draw_photo(world.photos / "a.png", "queue", "quota")
    world.sync()

    assert suggested(world, "quene") == ["queue"]


def test_nothing_is_suggested_for_a_word_that_was_read(world):
    draw_photo(world.photos / "a.png", "queue", "quene")
    world.sync()

    assert suggested(world, "queue xylophone") == []


def test_the_line_shown_is_the_one_that_holds_most_of_what_was_asked():
    words = [
        Word(Box(0, 0, 9, 9), 0, "queue", 0.99),
        Word(Box(0, 20, 9, 29), 1, "priority", 0.9),
        Word(Box(10, 20, 19, 29), 1, "queue", 0.9),
    ]
    photo = Photo(1, "hash", State.READ, 99, 99, None, (Path("board.jpg"),))

    hit = _hit(photo, 0.9, {0: 0.99, 1: 0.9, 2: 0.9}, dict(enumerate(words)))

    assert hit.context == "priority queue"


PLACE, MARCH = Path("/photos/Notes 2026/march/board-1.jpg"), datetime(2026, 3, 14, 9)


@pytest.mark.parametrize(
    ("field", "value", "fulfilled"),
    [
        ("folder", "march", True),
        ("folder", "notes 2026/march/", True),
        ("folder", "notes*", True),
        ("folder", "notes", False),
        ("folder", "board-1.jpg", False),
        ("name", "board*", True),
        ("name", "Board-1", True),
        ("name", "board-1.jpg", True),
        ("name", "board", False),
        ("date", "2026", True),
        ("date", "2026-03-14", True),
        ("date", "2026-04", False),
        ("date", "2026-01..2026-03", True),
        ("date", "2026-01..2026-03-13", False),
        ("date", "2026-03-15..", False),
        ("date", "..2026", True),
    ],
)
def test_a_field_is_fulfilled_by_place_and_time(field, value, fulfilled):
    assert fulfils(Field(field, value), PLACE, MARCH) is fulfilled


def test_a_photo_without_a_time_fulfils_no_date():
    assert not fulfils(Field("date", "2026"), PLACE, None)
    assert not fulfils(Field("date", "..2026"), PLACE, None)


def test_fields_narrow_a_query_wherever_they_stand_in_it(world):
    draw_photo(world.photos / "may" / "a.png", "queue")
    draw_photo(world.photos / "june" / "b.png", "queue", salt=1)
    draw_photo(world.photos / "july" / "c.png", "tree", salt=2)
    world.sync()

    assert world.find("folder:may queue") == ["a.png"]
    assert world.find("queue NOT folder:may") == ["b.png"]
    assert world.find("queue name:b*") == ["b.png"]
    assert world.find("queue (folder:june OR folder:july)") == ["b.png"]
    assert sorted(world.find("(queue folder:may) OR (tree folder:july)")) == ["a.png", "c.png"]
    assert world.find("queue date:2026") == []


def test_a_pattern_is_found_by_what_the_network_saw(world):
    world.engine.recognizer.posteriorgrams = {"gneues": spelled("gneues", "queues")}
    draw_photo(world.photos / "unsure.png", "gneues")
    draw_photo(world.photos / "other.png", "tree")
    world.sync()

    [hit] = world.answer("queue*").hits

    assert hit.photo.name == "unsure.png"
    assert hit.score == pytest.approx(calibrated(0.3**2), rel=0.1)
    assert world.answer("*ueue*").hits[0].score == pytest.approx(calibrated(0.3), rel=0.1)


def test_a_word_inside_a_longer_one_is_found_below_all_others(world):
    world.engine.recognizer.posteriorgrams = {
        "dequeue": spelled("dequeue"),
        "gneue": spelled("gneue", "queue"),
    }
    draw_photo(world.photos / "longer.png", "dequeue")
    draw_photo(world.photos / "unsure.png", "gneue")
    world.sync()

    hits = world.answer("queue").hits

    assert [hit.photo.name for hit in hits] == ["unsure.png", "longer.png"]
    assert hits[1].score == pytest.approx(calibrated(search.INSIDE), rel=0.1)
    assert [word.text for word in hits[1].words] == ["dequeue"]


def test_a_phrase_that_goes_on_in_the_next_line_is_half_as_likely():
    leaf = Phrase(("linked", "list"))
    seen = {Term("linked"): {1: {0: 0.9}, 2: {0: 0.9}}, Term("list"): {1: {1: 0.9}, 2: {1: 0.9}}}
    judge = Judge({leaf: {}, **seen}, {})

    judge.learn([1, 2], {1: {0: 0, 1: 0}, 2: {0: 0, 1: 1}})

    scores = judge.scores(leaf)
    assert scores[1] == pytest.approx(0.81)
    assert scores[2] == pytest.approx(0.405)


def test_words_that_most_photos_hold_are_not_looked_up_in_the_readings(world, monkeypatch):
    monkeypatch.setattr(search, "MOST_PROPOSED", 2)
    for number in range(4):
        draw_photo(world.photos / f"{number}.png", "tree", salt=number)
    draw_photo(world.photos / "rare.png", "zebra", salt=9)
    world.sync()

    # no posteriorgram tells of these words, so only readings do
    assert world.find("tree") == []
    assert world.find("zebra") == ["rare.png"]
    assert len(world.find("tree", exact=True)) == 4
