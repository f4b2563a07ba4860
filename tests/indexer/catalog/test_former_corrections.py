"""Corrections of the photo that was in the place of another one before."""

from __future__ import annotations

from dataclasses import replace

import pytest

from indexer.entities import Box, Reading, Stamp, Word

from .corrected import CONTENT, ENGINE, NEWER, QUEUE, READ


def test_a_photo_that_was_saved_anew_has_the_corrections_of_the_former_one(catalog, tmp_path):
    catalog.correct([QUEUE])
    anew = "f" * 32

    catalog.put_places([(tmp_path / "a.jpg", Stamp(11, 21), anew)], 1.0)
    catalog.put_reading(anew, Reading(400, 300, None, READ), ENGINE)

    assert [w.text for w in catalog.photo_with(anew).words] == ["queue", "depth"]
    [carried] = catalog.corrections(contents=[anew])
    catalog.undo([carried.uid], 2.0)
    catalog.put_reading(anew, Reading(400, 300, None, READ), NEWER)
    assert [w.text for w in catalog.photo_with(anew).words] == ["quene", "depth"]


@pytest.mark.thorough
def test_a_photo_at_another_place_has_corrections_of_its_own(catalog, tmp_path):
    catalog.correct([QUEUE])
    other = "f" * 32

    catalog.put_places([(tmp_path / "b.jpg", Stamp(11, 21), other)], 1.0)
    catalog.put_reading(other, Reading(400, 300, None, READ), ENGINE)

    assert catalog.corrections(contents=[other]) == []


def test_a_photo_that_takes_the_same_place_again_after_it_was_purged_is_read_as_any(
    catalog, tmp_path
):
    catalog.correct([QUEUE])
    anew = "f" * 32
    for content in (anew, CONTENT, anew):
        catalog.put_places([(tmp_path / "a.jpg", Stamp(11, 21), content)], 1.0)
        catalog.put_reading(content, Reading(400, 300, None, READ), ENGINE)
        catalog.indexed(catalog.unindexed(10))
        if content == CONTENT:
            assert catalog.purge(5.0) == [anew]

    assert [w.text for w in catalog.photo_with(anew).words] == ["queue", "depth"]


def saved_anew(catalog, tmp_path) -> str:
    """Correct both words of a photo, and save it anew so that one of them is read otherwise."""
    depth = replace(QUEUE, uid="2" * 32, box=READ[1].box, text="death")
    catalog.correct([QUEUE, depth])
    anew, other = "f" * 32, replace(READ[1], text="stack", alternatives=())
    catalog.put_places([(tmp_path / "a.jpg", Stamp(11, 21), anew)], 1.0)
    catalog.put_reading(anew, Reading(800, 600, None, (_doubled(READ[0]), _doubled(other))), ENGINE)
    return anew


def _doubled(word: Word) -> Word:
    return replace(word, box=Box(*(2 * edge for edge in word.box.as_list())))


def test_what_is_not_carried_over_is_offered_until_it_is_taken(catalog, tmp_path):
    anew = saved_anew(catalog, tmp_path)
    assert [w.text for w in catalog.photo_with(anew).words] == ["queue", "stack"]
    [offered] = catalog.former(anew)
    assert (offered.text, offered.box) == ("death", Box(200, 20, 360, 80))

    assert [c.text for c in catalog.settle_former(anew, take=True)] == ["death"]

    assert [w.text for w in catalog.photo_with(anew).words] == ["queue", "death"]
    assert catalog.former(anew) == []


def test_what_is_left_is_not_offered_again(catalog, tmp_path):
    anew = saved_anew(catalog, tmp_path)

    assert catalog.settle_former(anew, take=False) == []

    assert catalog.former(anew) == []
    assert [w.text for w in catalog.photo_with(anew).words] == ["queue", "stack"]
