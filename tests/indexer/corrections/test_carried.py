"""A photo that was edited or saved anew has the corrections of the former one, where the same is read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from indexer.corrections.carried import carried
from indexer.corrections.correction import Correction, CorrectionKind, LearningPart
from indexer.entities import Box, Word

NEW = "b" * 32
QUENE = Word(Box(10, 10, 90, 40), 0, "quene", 0.7, (("quene", 0.7), ("queue", 0.2)))
SAID = Correction("1" * 32, "a" * 32, (400, 300), QUENE.box, "priority", seen_text="quene")


def texts(*former: Correction, word: Word = QUENE, size=(400, 300)) -> list[str]:
    return [c.text for c in carried(former, [word], NEW, size)]


def test_what_is_read_as_before_has_its_correction_which_is_not_learned_from_twice():
    [made] = carried([SAID], [QUENE], NEW, (400, 300))

    assert (made.text, made.content, made.kind) == ("priority", NEW, CorrectionKind.CARRIED)
    assert made.part is LearningPart.NONE
    assert made.uid != SAID.uid
    assert carried([SAID], [QUENE], NEW, (400, 300)) == [made]


def test_what_was_said_suffices_among_the_readings():
    said = replace(SAID, text="queue", seen_text="gueue")

    assert texts(said) == ["queue"]
    assert texts(said, word=replace(QUENE, alternatives=())) == []


def test_another_word_in_its_place_has_none():
    assert texts(SAID, word=replace(QUENE, text="stack", alternatives=())) == []
    assert texts(SAID, word=replace(QUENE, box=Box(200, 10, 280, 40))) == []


@pytest.mark.parametrize(
    ("size", "factor", "found"),
    [
        ((800, 600), 2, True),
        ((200, 151), 0.5, True),
        ((400, 290), 1, False),
        ((300, 400), 1, False),
    ],
)
def test_a_photo_of_another_size_is_the_same_while_its_shape_is(size, factor, found):
    box = Box(*(round(edge * factor) for edge in QUENE.box.as_list()))

    assert texts(SAID, word=replace(QUENE, box=box), size=size) == ["priority"] * found


def test_what_was_undone_or_replaced_is_not_carried():
    later = replace(SAID, uid="2" * 32, text="queue", created_at=2.0)

    assert texts(SAID, later) == ["queue"]
    assert texts(SAID, replace(later, undone_at=3.0)) == ["priority"]
    assert texts(replace(SAID, kind=CorrectionKind.UNREADABLE)) == []
