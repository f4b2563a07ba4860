"""Date spans: the meaning of `date:` in a query."""

from __future__ import annotations

import calendar
from datetime import datetime, timedelta


def date_span(value: str) -> tuple[datetime, datetime]:
    """First moment of a year, month, day or span such as `2026-01..2026-03`, and the first after.

    A side that is left open reaches to the first or last moment that a datetime can hold. Days that
    do not exist are compared as if they did: `2026-02-31` ends with February.
    """
    first, dots, last = value.partition("..")
    return _first_day(first, "0001-01-01"), _first_day((last if dots else first), "9999-12-31", 1)


def _first_day(date: str, otherwise: str, later: int = 0) -> datetime:
    """The first existing day from `date` on, or from so many days later.

    What is not said of year, month and day is taken from `otherwise`.
    """
    year, month, day = map(int, (date + otherwise[len(date) :]).split("-"))
    if not 1 <= month <= 12:
        year, month, day = year + (month > 12), 1, 1
    else:
        day = max(1, day + later)
    try:
        length = calendar.monthrange(year, month)[1]
        # photos are dated by the clock on the wall, whatever the zone
        first = datetime(year, month, 1)  # noqa: DTZ001
        return first + timedelta(days=min(day, length + 1) - 1)
    except (ValueError, OverflowError):
        return datetime.max if year else datetime.min  # noqa: DTZ901
