"""Pages of other programs find their photos, or say why not."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.corrections.correction import CorrectionKind
from indexer.corrections.formats.foreign_page import ForeignPage, ForeignWord
from indexer.corrections.formats.matching import NamedPage, Said, match
from indexer.entities import Box, Photo, PhotoId, State, Word

A, B = "a" * 32, "b" * 32


def photo(content, place, size=(400, 300), *words):
    return Photo(PhotoId(1), content, State.READ, *size, None, (Path(place),), words)


def page(file="x.xml", *, name="", size=(400, 300), content="", pixels=True, words=()):
    return NamedPage(file, ForeignPage(tuple(words), size, name, content, pixels))


def matched(*pages, photos=()):
    called = {}
    for one in photos:
        place = one.places[0]
        for name in {place.name, place.stem}:
            called.setdefault(name, []).append(one)
    return match(pages, {p.hash: p for p in photos}.get, called)


def test_a_content_hash_prevails_over_name_and_size():
    found = matched(
        page(name="other.jpg", content=A, size=(1, 1)), photos=[photo(A, "/p/board.jpg")]
    )

    assert [(content, known.places) for _, content, known in found.pages] == [(A, (Path("/p/board.jpg"),))]  # fmt: skip


def test_a_page_of_a_photo_that_is_not_indexed_keeps_its_content_hash():
    assert [row[1:] for row in matched(page(content=B)).pages] == [(B, None)]


def test_what_is_no_content_hash_names_no_photo():
    found = matched(page(name="board.jpg", content="urn:x"), photos=[photo(A, "/p/board.jpg")])

    assert [content for _, content, _ in found.pages] == [A]


def test_a_page_without_hash_is_found_by_name_and_size():
    photos = [photo(A, "/p/board.jpg"), photo(B, "/q/board.jpg", (800, 600))]

    assert [row[1] for row in matched(page(name="board.jpg"), photos=photos).pages] == [A]


@pytest.mark.parametrize("file", ["board.xml", "out/board.jpg.hocr", "board.page.xml"])
def test_a_page_that_names_no_photo_is_found_by_the_name_of_its_file(file):
    assert [row[1] for row in matched(page(file), photos=[photo(A, "/p/board.jpg")]).pages] == [A]


def test_an_ambiguous_page_is_refused_by_the_names_of_both_photos():
    photos = [photo(A, "/p/board.jpg"), photo(B, "/q/board.jpg")]

    [(file, reason)] = matched(page(name="board.jpg"), photos=photos).refused
    assert file == "x.xml"
    assert "/p/board.jpg, /q/board.jpg" in reason


def test_a_page_of_no_photo_is_refused_with_name_and_size():
    photos = [photo(A, "/p/board.jpg", (401, 300)), photo(B, "/p/board.jpg", (800, 600))]

    assert matched(page(name="board.jpg"), photos=photos[1:]).refused == [
        ("x.xml", "no photo called board.jpg of 400×300 is indexed")
    ]
    assert len(matched(page(name="board.jpg"), photos=photos).pages) == 1


def test_two_pages_of_one_photo_are_both_refused():
    found = matched(page("one.xml", content=A), page("two.xml", name="board.jpg"), photos=[photo(A, "/p/board.jpg")])  # fmt: skip

    assert found.pages == []
    assert [file for file, _ in found.refused] == ["one.xml", "two.xml"]


def test_tenths_of_millimetres_become_pixels_of_the_photo():
    read = Word(Box(40, 30, 80, 60), 0, "quene", 0.5)
    known = photo(A, "/p/board.jpg", (400, 300), read)
    in_mm10 = page(name="board.jpg", size=(1200, 900), pixels=False, words=[ForeignWord("queue", (120, 90, 240, 180))])  # fmt: skip
    said = Said("import:x", 1.0)

    [(named, content, _)] = matched(in_mm10, photos=[known]).pages
    said.add(named, content, known)

    [correction] = said.corrections
    assert (correction.box, correction.size) == (Box(40, 30, 80, 60), (400, 300))
    assert correction.kind is CorrectionKind.TYPED


def say(*words, confirm=False, shown=(), said_before=()):
    said = Said("import:x", 1.0, confirm=confirm)
    known = photo(A, "/p/board.jpg", (400, 300), *shown)
    named = page(words=words)
    said.add(named, A, known, said_before)
    return said


QUEUE = Word(Box(10, 10, 90, 40), 0, "queue", 0.7)


def test_a_word_that_is_read_already_is_left_out_unless_it_confirms():
    same = ForeignWord("queue", (11, 10, 90, 41))

    assert (say(same, shown=[QUEUE]).corrections, say(same, shown=[QUEUE]).known) == ([], 1)
    [correction] = say(same, shown=[QUEUE], confirm=True).corrections
    assert correction.kind is CorrectionKind.CONFIRMED


def test_a_word_where_nothing_was_read_is_drawn():
    [correction] = say(ForeignWord("depth", (200, 10, 280, 40)), shown=[QUEUE]).corrections

    assert correction.kind is CorrectionKind.DRAWN


def test_a_text_that_no_correction_may_have_is_refused_with_its_file():
    said = say(ForeignWord("x" * 65, (1, 2, 3, 4)), ForeignWord("y", (1, 2, 3, 4)))

    assert [c.text for c in said.corrections] == ["y"]
    assert said.refused[0][0] == "x.xml"


def test_the_same_word_has_the_same_uid():
    word = ForeignWord("depth", (200, 10, 280, 40))

    assert say(word).corrections[0].uid == say(word).corrections[0].uid
