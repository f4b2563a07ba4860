"""Date spans: the meaning of `date:` in a query."""

from __future__ import annotations

from datetime import datetime, timedelta


def date_span(value: str) -> tuple[datetime, datetime]:
    """First moment of a year, month, day or span such as `2026-01..2026-03`, and the first after.

    A side that is left open reaches to the first or last moment that a datetime can hold.

    Raises:
        ValueError: there is no such day, or the span ends before it begins.

    """
    first, dots, last = value.partition("..")
    last = last if dots else first
    since = _moment(first) if first else datetime.min  # noqa: DTZ901 - photos know no zone
    until = _moment(last, after=True) if last else datetime.max  # noqa: DTZ901
    if since >= until:
        msg = f"{last} lies before {first}"
        raise ValueError(msg)
    return since, until


def _moment(date: str, *, after: bool = False) -> datetime:
    """The first moment of a year, month or day that exists, or the first after it."""
    year, month, day = map(int, (date + "-01-01")[:10].split("-"))
    # photos are dated by the clock on the wall, whatever the zone
    first = datetime(year, month, day)  # noqa: DTZ001
    if not after:
        return first
    try:
        match len(date):
            case 4:
                return first.replace(year=year + 1)
            case 7:
                return first.replace(year=year + month // 12, month=month % 12 + 1)
        return first + timedelta(days=1)
    except (ValueError, OverflowError):  # the calendar ends with the year 9999
        return datetime.max  # noqa: DTZ901
