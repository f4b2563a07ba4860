from __future__ import annotations

from datetime import datetime, timedelta

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
