"""A correction counts in the next query, whoever holds the right to write the derived stores."""

from __future__ import annotations

from dataclasses import replace

import pytest

from indexer.corrections.correction import Correction, CorrectionKind
from indexer.entities import Box

from ..conftest import draw_photo

pytestmark = pytest.mark.thorough


def corrected(world, name: str, place: int, text: str, **more: object) -> Correction:
    """Correct the word at a place of a photo, without telling the derived stores."""
    catalog = world.library.catalog
    photo = catalog.photo_at(world.photos / name)
    box = photo.words[place].box
    uid = f"{len(catalog.corrections()):032x}"
    made = Correction(uid, photo.hash, (photo.width, photo.height), box, text)
    made = replace(made, created_at=float(len(catalog.corrections())), **more)
    catalog.correct([made])
    return made


@pytest.fixture(params=["at once", "after the stores have caught up"])
def settled(world, request):
    """What happens between a correction and the query."""
    return (lambda: None) if request.param == "at once" else world.sync


def test_a_corrected_word_is_found_and_what_was_read_there_is_not(world, settled):
    draw_photo(world.photos / "a.png", "quene", "depth")
    world.sync()

    corrected(world, "a.png", 0, "queue")
    settled()

    assert world.find("queue") == world.find("queue depth") == ["a.png"]
    assert world.find("quene") == []
    assert (world.find("queue", exact=True), world.find("quene", exact=True)) == (["a.png"], [])


def test_a_word_that_is_none_is_not_found(world, settled):
    draw_photo(world.photos / "a.png", "scribble", "depth")
    world.sync()

    corrected(world, "a.png", 0, "")
    settled()

    assert (world.find("scribble"), world.find("depth")) == ([], ["a.png"])


def test_an_undone_correction_counts_no_longer(world, settled):
    draw_photo(world.photos / "a.png", "quene")
    world.sync()
    made = corrected(world, "a.png", 0, "queue")
    settled()

    world.library.catalog.undo([made.uid], 9.0)
    settled()

    assert (world.find("queue"), world.find("quene")) == ([], ["a.png"])


def test_a_phrase_runs_over_corrected_words(world, settled):
    draw_photo(world.photos / "a.png", "linked", "lost")
    draw_photo(world.photos / "b.png", "lost", "linked")
    world.sync()

    corrected(world, "a.png", 1, "list")
    corrected(world, "b.png", 0, "list")
    settled()

    assert world.find('"linked list"') == ["a.png"]


def test_several_words_in_one_box_are_found_each_and_as_a_phrase(world, settled):
    draw_photo(world.photos / "a.png", "stackovenflow")
    world.sync()

    corrected(world, "a.png", 0, "stack overflow")
    settled()

    for query in ("stack", "overflow", '"stack overflow"', "stack overflow", "stackoverflow"):
        assert world.find(query) == ["a.png"], query


def test_letters_outside_of_the_alphabet_are_found_by_the_text(world, settled):
    draw_photo(world.photos / "a.png", "logos")
    world.sync()

    corrected(world, "a.png", 0, "λόγος")
    settled()

    assert world.find("λόγος") == ["a.png"]
    assert world.find("logos") == []


def test_a_drawn_word_is_found_on_a_photo_without_words(world, settled):
    draw_photo(world.photos / "a.png")
    world.sync()
    catalog = world.library.catalog
    photo = catalog.photo_at(world.photos / "a.png")
    drawn = Correction(
        "d" * 32, photo.hash, (256, 16), Box(0, 0, 16, 16), "faint", kind=CorrectionKind.DRAWN
    )

    catalog.correct([drawn])
    settled()

    assert world.find("faint") == ["a.png"]


def test_a_corrected_word_is_the_surest_answer(world, settled):
    draw_photo(world.photos / "read.png", "queue")
    draw_photo(world.photos / "said.png", "quene", salt=1)
    world.sync()

    corrected(world, "said.png", 0, "queue")
    settled()

    first, second = world.answer("queue").hits
    assert first.photo.name == "said.png"
    assert first.score > second.score


def test_corrections_stay_where_the_derived_stores_are_made_anew(world):
    draw_photo(world.photos / "a.png", "quene")
    world.sync()
    corrected(world, "a.png", 0, "queue")

    world.library.indexes.rebuild()

    assert (world.find("queue"), world.find("quene")) == (["a.png"], [])


def test_what_is_corrected_during_a_rebuild_is_indexed_once(world, monkeypatch):
    monkeypatch.setattr("indexer.sync.derived_indexes.INDEX_BATCH", 1)
    for number, word in enumerate(("quene", "depth", "stack")):
        draw_photo(world.photos / f"{number}.png", word, salt=number)
    world.sync()
    indexes = world.library.indexes

    def report(done: int) -> None:
        if done == 1:
            for number in range(3):
                corrected(world, f"{number}.png", 0, "queue")

    indexes.rebuild(report)
    indexes.apply_changes()

    assert indexes.stores.index.count() == 3
    assert sorted(world.find("queue")) == ["0.png", "1.png", "2.png"]
    assert [world.find(word) for word in ("quene", "depth", "stack")] == [[], [], []]


def test_a_renamed_photo_keeps_its_corrections(world):
    draw_photo(world.photos / "a.png", "quene")
    world.sync()
    corrected(world, "a.png", 0, "queue")

    (world.photos / "a.png").rename(world.photos / "b.png")
    world.sync()

    assert world.find("queue") == ["b.png"]


def test_filters_hold_for_photos_that_the_stores_do_not_have_yet(world):
    draw_photo(world.photos / "in" / "a.png", "quene")
    draw_photo(world.photos / "out" / "b.png", "quene", salt=1)
    world.sync()

    corrected(world, "in/a.png", 0, "queue")
    corrected(world, "out/b.png", 0, "queue")

    assert world.find("queue", folder=world.photos / "in") == ["a.png"]
    assert world.find("queue folder:out") == ["b.png"]
