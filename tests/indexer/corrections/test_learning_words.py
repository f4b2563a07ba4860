"""Words that are learned, and those that are measured."""

from __future__ import annotations

from indexer.corrections.correction import Correction, CorrectionKind, LearningPart, is_held_out
from indexer.corrections.learning_words import counted, held_out, learned, write
from indexer.entities import Box

from .inked import inked

HELD = LearningPart.HELD


def texts(chosen) -> list[str]:
    return [word.text for word in chosen.words]


def test_words_of_held_out_photos_are_not_learned():
    assert texts(learned([inked("queue"), inked("depth", part=HELD)])) == ["queue"]


def test_several_words_in_one_box_are_left_out_and_counted():
    chosen = learned([inked("queue"), inked("priority queue")])

    assert texts(chosen) == ["queue"]
    assert chosen.several == 1


def test_only_checked_photos_are_measured():
    words = [inked("queue", part=HELD, photo="a"), inked("depth", part=HELD, photo="b")]

    assert texts(held_out(words, {"b"})) == ["depth"]


def test_what_a_teacher_says_is_not_measured():
    assert texts(held_out([inked("a", part=HELD, by="teacher:x@1", photo="p")], {"p"})) == []


def test_confirmed_and_taught_words_are_listed_half_as_often(tmp_path):
    words = [
        inked("typed"),
        inked("confirmed", kind=CorrectionKind.CONFIRMED),
        inked("taught", by="teacher:tesseract@5"),
        inked("imported", by="import:x"),
    ]

    lines = (write(words, tmp_path / "w") / "labels.tsv").read_text("utf-8").splitlines()

    counts = [sum(line.endswith(f"\t{word.text}") for line in lines) for word in words]
    assert counts == [2, 1, 1, 2]


def test_the_words_of_an_earlier_export_are_gone(tmp_path):
    write([inked("one"), inked("two")], tmp_path / "w")

    write([inked("three")], tmp_path / "w")

    assert sorted(p.name for p in (tmp_path / "w").iterdir()) == ["00000.png", "labels.tsv"]


def said(text: str, photo: str, place: int = 0, **more) -> Correction:
    box = Box(place, 0, place + 9, 9)
    return Correction(f"{place:032x}", photo, (99, 9), box, text, **more)


def test_counted_are_the_words_that_would_be_learned_and_measured():
    held, learned_from = (
        next(c for c in "abcdefgh" if is_held_out(c) is out) for out in (True, False)
    )
    corrections = [
        said("queue", learned_from),
        said("depth", learned_from, created_at=1.0),  # in place of the first
        said("two words", learned_from, 20),
        said("undone", learned_from, 40, undone_at=2.0),
        said("", learned_from, 60),
        said("held", held),
        said("taught", held, 20, by="teacher:x@1"),
    ]

    counts = counted(corrections, {held}, ())

    assert (counts["learned"], counts["held_out"], counts["photos"]) == (1, 1, 1)
    assert counted(corrections, set(), ())["held_out"] == 0
