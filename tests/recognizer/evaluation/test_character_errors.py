from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from recognizer.evaluation.character_errors import (
    ClassErrors,
    Confusion,
    class_of,
    confusions,
    edit_segments,
    errors_by_class,
)

TEXTS = st.text(alphabet="abAB12.'", max_size=7)


@pytest.mark.parametrize(
    ("characters", "expected"),
    [
        ("azß", "lower-case"),
        ("AZÄ", "capitals"),
        ("09", "digits"),
        (".'<_", "signs"),
        ("א", "other"),
    ],
)
def test_every_character_has_one_class(characters: str, expected: str) -> None:
    assert {class_of(character) for character in characters} == {expected}


def test_replaced_and_missed_characters_count_for_their_class_in_the_truth() -> None:
    errors = errors_by_class([("Tea4", "7ea")])

    assert errors["capitals"] == ClassErrors(characters=1, replaced=1, missed=0, added=0)
    assert errors["digits"] == ClassErrors(characters=1, replaced=0, missed=1, added=0)
    assert errors["lower-case"] == ClassErrors(characters=2, replaced=0, missed=0, added=0)


def test_added_characters_count_for_their_own_class() -> None:
    errors = errors_by_class([("tea", "tea."), ("tea", "3tea")])

    assert errors["signs"] == ClassErrors(characters=0, replaced=0, missed=0, added=1)
    assert errors["digits"] == ClassErrors(characters=0, replaced=0, missed=0, added=1)
    assert errors["lower-case"].rate == 0


def test_an_error_rate_is_errors_over_characters_of_the_truth() -> None:
    assert ClassErrors(characters=8, replaced=1, missed=2, added=3).rate == 6 / 8


def test_a_class_that_the_truth_lacks_has_no_error_rate() -> None:
    assert errors_by_class([("tea", "tea.")])["signs"].rate is None


def test_classes_that_do_not_occur_are_left_out() -> None:
    assert list(errors_by_class([("Tea", "Tea")])) == ["lower-case", "capitals"]


@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=4))
def test_the_errors_of_all_classes_are_the_edits_of_all_words(pairs: list[tuple[str, str]]) -> None:
    errors = errors_by_class(pairs).values()

    edits = sum(Levenshtein.distance(truth, read) for truth, read in pairs)
    assert sum(each.replaced + each.missed + each.added for each in errors) == edits
    assert sum(each.characters for each in errors) == sum(len(truth) for truth, _ in pairs)


@pytest.mark.parametrize(
    ("truth", "read", "expected"),
    [
        ("cat", "cat", []),
        ("cat", "cot", [("a", "o")]),
        ("cat", "ct", [("a", "")]),
        ("cat", "cart", [("", "r")]),
        ("barn", "bam", [("rn", "m")]),
        ("clog", "dog", [("cl", "d")]),
        ("bad", "bed.", [("a", "e"), ("", ".")]),
        ("abcd", "xycd", [("a", "x"), ("b", "y")]),
        ("a", "", [("a", "")]),
    ],
)
def test_truth_and_reading_differ_in_edit_segments(
    truth: str, read: str, expected: list[tuple[str, str]]
) -> None:
    assert list(edit_segments(truth, read)) == expected


@given(TEXTS, TEXTS)
def test_an_edit_segment_is_never_read_as_itself(truth: str, read: str) -> None:
    found = list(edit_segments(truth, read))

    assert all(left != right for left, right in found)
    assert bool(found) == (truth != read)


def test_the_most_frequent_confusions_come_first_and_ties_by_alphabet() -> None:
    pairs = [("no", "na"), ("on", "an"), ("by", "b"), ("sun", "san"), ("right", "right")]

    found = confusions(pairs)

    assert found == (Confusion("o", "a", 2), Confusion("u", "a", 1), Confusion("y", "", 1))


def test_no_more_confusions_than_asked_for() -> None:
    assert confusions([("abc", "xyz")], limit=2) == (Confusion("a", "x", 1), Confusion("b", "y", 1))
