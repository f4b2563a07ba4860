from __future__ import annotations

from datetime import datetime

import pytest

from indexer.query.date_spans import date_span


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
