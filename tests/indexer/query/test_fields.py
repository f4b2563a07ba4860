from __future__ import annotations

from datetime import datetime, timedelta

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


@pytest.mark.parametrize("month", range(14))
@pytest.mark.parametrize("day", [0, 1, 28, 29, 30, 31, 32, 99])
def test_days_that_do_not_exist_are_compared_as_if_they_did(month, day):
    value = f"2024-{month:02d}-{day:02d}"
    days = [datetime(2023, 12, 1, 23) + timedelta(days=k) for k in range(430)]

    since, _ = date_span(f"{value}..")
    _, until = date_span(f"..{value}")

    assert [d for d in days if d >= since] == [d for d in days if f"{d:%Y-%m-%d}" >= value]
    assert [d for d in days if d < until] == [d for d in days if f"{d:%Y-%m-%d}" <= value]


def test_the_calendar_ends_with_the_year_9999():
    assert date_span("9999")[1] == datetime.max
    assert date_span("0000") == (datetime.min, datetime.min)
