from __future__ import annotations

from datetime import datetime

import pytest

from indexer.entities import Box
from indexer.search import fulltext_proposals, shortlist, substrings
from indexer.search.calibration import calibrated, calibrated_product
from indexer.search.searcher import Filters, Searcher

from ..conftest import draw_photo, spelled

pytestmark = pytest.mark.thorough


def queue_seen(probability):
    """Score of a photo where only the network saw `queue`, or another word of as many letters."""
    return calibrated(probability, seen=probability, letters=5, read=False)


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

    linked = calibrated(0.9, seen=0.9, letters=6, read=True)
    assert one == pytest.approx(linked)
    product = linked * calibrated(0.9, seen=0.9, letters=4, read=True)
    assert both == pytest.approx(calibrated_product(product, 2))


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
    assert hit.score == pytest.approx(queue_seen(0.3**3), rel=0.1)  # three letters differ
    assert [word.text for word in hit.words] == ["gnene"]
    assert world.find("queue", exact=True) == []


def test_a_word_in_a_compound_box_is_found_by_what_the_network_saw(world):
    world.engine.recognizer.posteriorgrams = {"node.mext": spelled("node.mext", "node.next")}
    draw_photo(world.photos / "a.png", "node.mext")
    world.sync()

    assert world.answer("next").hits[0].score == pytest.approx(
        calibrated(0.3, seen=0.3, letters=4, read=False), rel=0.1
    )


@pytest.mark.parametrize("query", ["francaise", "française", "FRANÇAISE", "franc*", '"francaise"'])
def test_readings_with_accents_are_evidence_as_others_are(world, query):
    world.engine.recognizer.alternatives = {
        "la": (("la", 0.9),),
        "francaise": (("Française,", 0.9), ("frangaise", 0.05)),
    }
    world.engine.recognizer.posteriorgrams = {"francaise": spelled("cranfeisa", "francaise")}
    draw_photo(world.photos / "a.png", "la", "francaise")
    world.sync()

    [hit] = world.answer(query).hits

    assert hit.score > 0.5
    assert hit.words[-1].score == pytest.approx(0.9)


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
    searcher = Searcher(
        library.catalog, library.indexes.stores.index, library.indexes.stores.posteriors
    )
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


def test_similar_words_are_suggested_for_the_first_words_of_a_long_query(world):
    draw_photo(world.photos / "a.png", "algorithm", "dijkstra")
    world.sync()

    assert suggested(world, "algorythm x1 x2 x3 x4 dikstra") == ["algorithm"]


def test_nothing_is_suggested_for_a_word_that_was_read(world):
    draw_photo(world.photos / "a.png", "queue", "quene")
    world.sync()

    assert suggested(world, "queue xylophone") == []


def test_fields_narrow_a_query_wherever_they_stand_in_it(world):
    draw_photo(world.photos / "may" / "a.png", "queue")
    draw_photo(world.photos / "june" / "b.png", "queue", salt=1)
    draw_photo(world.photos / "july" / "c.png", "tree", salt=2)
    world.sync()

    assert world.find("folder:may queue") == ["a.png"]
    assert world.find("queue NOT folder:may") == ["b.png"]
    assert world.find("queue folder:* name:*") == world.find("queue")
    assert world.find("queue NOT folder:*") == world.find("queue NOT name:*") == []
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
    assert hit.score == pytest.approx(queue_seen(0.3**2), rel=0.1)
    assert world.answer("*ueue*").hits[0].score == pytest.approx(
        calibrated(0.3, seen=0.3, letters=4, read=False), rel=0.1
    )


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
    assert hits[1].score == pytest.approx(queue_seen(substrings.INSIDE), rel=0.1)
    assert [word.text for word in hits[1].words] == ["dequeue"]


@pytest.mark.parametrize(("holders", "counts"), [(1, True), (2, False)])
def test_a_word_on_as_many_photos_as_are_looked_at_is_not_looked_for_in_longer_ones(
    world, monkeypatch, holders, counts
):
    monkeypatch.setattr(shortlist, "MAX_CANDIDATES", 2)
    world.engine.recognizer.posteriorgrams = {
        "dequeue": spelled("dequeue"),
        "queue": spelled("queue"),
    }
    draw_photo(world.photos / "longer.png", "dequeue")
    for number in range(holders):
        draw_photo(world.photos / f"{number}.png", "queue", salt=number)
    world.sync()
    asked = []
    store = world.library.indexes.stores.posteriors
    evidence = store.evidence
    monkeypatch.setattr(
        store, "evidence", lambda texts, *rest: asked.extend(texts) or evidence(texts, *rest)
    )

    world.answer("queue")

    assert asked == ["queue", "*queue*"][: 1 + counts]


def test_words_that_most_photos_hold_are_not_looked_up_in_the_readings(world, monkeypatch):
    monkeypatch.setattr(fulltext_proposals, "MAX_PROPOSED", 2)
    for number in range(4):
        draw_photo(world.photos / f"{number}.png", "tree", salt=number)
    draw_photo(world.photos / "rare.png", "zebra", salt=9)
    world.sync()

    # no posteriorgram tells of these words, so only readings do
    assert world.find("tree") == []
    assert world.find("zebra") == ["rare.png"]
    assert len(world.find("tree", exact=True)) == 4
