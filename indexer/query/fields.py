"""Meaning of the fields `folder:`, `name:` and `date:` of a query."""

from __future__ import annotations

import fnmatch
import re
import unicodedata
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from indexer.query.text import visible

if TYPE_CHECKING:
    from collections.abc import Callable


def folder_matcher(value: str) -> Callable[[str], bool]:
    """Match paths of folders that `value` names, or that lie below one that it names.

    It may name several, one in the other, and hold wildcards; case does not matter, nor does the
    Unicode form (a Mac writes `ü` as two characters), nor what is invisible or how wide a gap is.
    """
    matches = re.compile(fnmatch.translate(f"*/{_plain(value).strip('/')}/*")).match
    return lambda folder: matches(_plain(f"{folder}/")) is not None


def name_matcher(value: str) -> Callable[[str], bool]:
    """Match names of files, with or without their suffix; wildcards and the rest as for folders."""
    pattern = _plain(value)
    matches = re.compile(f"{fnmatch.translate(pattern)}|{fnmatch.translate(pattern + '.*')}").match
    return lambda name: matches(_plain(name)) is not None


def _plain(name: str) -> str:
    """A name or a pattern of names as they are compared."""
    if not name.isascii():
        name = unicodedata.normalize("NFD", visible(name))
    return unicodedata.normalize("NFC", re.sub(r"\s+", " ", name.casefold()))


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
