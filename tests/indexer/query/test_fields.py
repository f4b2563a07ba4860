from __future__ import annotations

from datetime import datetime

import pytest

from indexer.query.fields import date_span, folder_matcher, name_matcher


@pytest.mark.parametrize(
    ("value", "matches"),
    [
        ("march", True),
        ("notes 2026/march/", True),
        ("/photos/", True),
        ("notes*", True),
        ("m?rch", True),
        ("notes", False),
        ("photos/march", False),
        ("board-1.jpg", False),
    ],
)
def test_a_folder_is_named_by_whole_names_in_any_case(value, matches):
    assert folder_matcher(value)("/photos/Notes 2026/march") is matches


@pytest.mark.parametrize(
    ("value", "matches"),
    [
        ("board*", True),
        ("Board-1", True),
        ("BOARD-1.JPG", True),
        ("board-?", True),
        ("board", False),
        ("march", False),
    ],
)
def test_a_file_is_named_with_or_without_its_suffix(value, matches):
    assert name_matcher(value)("board-1.jpg") is matches


@pytest.mark.parametrize(
    ("value", "name", "matches"),
    [
        ("strasse", "Straße", True),
        ("STRASSE", "Straße", True),
        ("café", "CAFÉ", True),
        ("cafe", "Café", False),
        ("*", "Café", True),
    ],
)
def test_names_ignore_case_but_not_accents(value, name, matches):
    assert folder_matcher(value)(f"/photos/{name}") is matches
    assert name_matcher(value)(name) is matches


@pytest.mark.parametrize("typed", ["\u00dcbung", "U\u0308bung", "u\u0308bung", "\u00dcbung\ufeff"])
@pytest.mark.parametrize("named", ["\u00dcbung", "U\u0308bung", "\u00dcb\u00adung"])
def test_a_name_is_found_in_whatever_unicode_form_it_was_typed_or_stored(typed, named):
    assert folder_matcher(typed)(f"/photos/{named}")
    assert folder_matcher(f"{typed}*")(f"/photos/{named} 2/march")
    assert name_matcher(typed)(f"{named}.jpg")


@pytest.mark.parametrize("typed", ["my notes", "my\u00a0notes", "my  notes", "my\tnotes"])
def test_how_wide_a_gap_is_makes_no_difference_in_names(typed):
    assert all(
        folder_matcher(typed)(f"/photos/my{gap}notes") for gap in (" ", "  ", "\u00a0", "\u202f")
    )


def test_a_letter_with_marks_is_one_character_for_a_wildcard():
    assert name_matcher("?bung")("U\u0308bung.jpg")


@pytest.mark.parametrize(
    ("value", "first", "after"),
    [
        ("2026", datetime(2026, 1, 1), datetime(2027, 1, 1)),
        ("2026-02", datetime(2026, 2, 1), datetime(2026, 3, 1)),
        ("2024-02-29", datetime(2024, 2, 29), datetime(2024, 3, 1)),
        ("2026-12-31", datetime(2026, 12, 31), datetime(2027, 1, 1)),
        ("2026-01..2026-03", datetime(2026, 1, 1), datetime(2026, 4, 1)),
        ("2026-01..2026-03-13", datetime(2026, 1, 1), datetime(2026, 3, 14)),
        ("2026-03-15..", datetime(2026, 3, 15), datetime.max),
        ("..2026", datetime.min, datetime(2027, 1, 1)),
    ],
)
def test_a_date_reaches_from_its_first_moment_to_the_first_after(value, first, after):
    assert date_span(value) == (first, after)


@pytest.mark.parametrize(
    "value",
    [
        "2026-02-30",
        "2023-02-29",
        "2026-13",
        "2026-00",
        "2026-04-31",
        "2026-01-00",
        "0000",
        "2026-02-30..",
        "..2026-02-30",
        "2026-01..2026-02-31",
        "2026-03..2026-02",
    ],
)
def test_days_that_do_not_exist_and_spans_that_end_before_they_begin_have_no_meaning(value):
    with pytest.raises(ValueError, match=" "):
        date_span(value)


def test_the_calendar_ends_with_the_year_9999():
    assert date_span("9999")[1] == datetime.max
    assert date_span("9999-12")[1] == date_span("9999-12-31")[1] == datetime.max
    assert date_span("2026-12")[1] == datetime(2027, 1, 1)
