"""A search as the page and the REST interface have it: its parameters, and what it gives."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field, WithJsonSchema

from indexer import reports
from indexer.errors import UsageError
from indexer.query import ast as q
from indexer.query import parser
from indexer.query.date_spans import date_span
from indexer.search.searcher import Filters, Searcher
from indexer.web.endpoint import Asked, json_response

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from starlette.requests import Request
    from starlette.responses import Response

    from indexer.entities import Answer
    from indexer.web.site import Site

MAX_QUERY = 1000
"""Characters of a query."""

MAX_TERMS = 20
"""Words of a query."""

MAX_LIMIT = 200
"""Photos that one answer holds."""

_DAY = r"\d{4}(-\d\d(-\d\d)?)?"


def _day(value: str) -> str:
    if value and not re.fullmatch(_DAY, value, re.ASCII):
        msg = "give a day such as 2026-03-01"
        raise ValueError(msg)
    if value:
        date_span(value)
    return value


Day = Annotated[
    str, AfterValidator(_day), WithJsonSchema({"type": "string", "pattern": f"^({_DAY})?$"})
]


class Narrowed(Asked):
    """Which photos are asked for, by place and time; as the options of `ocrsearch query`."""

    folder: str = Field("", max_length=4096, description="only photos below this folder")
    since: Day = Field("", description="only photos taken on this day or later")
    until: Day = Field("", description="only photos taken before this day")
    limit: int = Field(24, ge=1, le=MAX_LIMIT, description="photos at most")

    @property
    def below(self) -> Path | None:
        """The folder."""
        return Path(self.folder) if self.folder else None

    @property
    def span(self) -> tuple[datetime | None, datetime | None]:
        """Begin and end of the time."""
        return _moment(self.since), _moment(self.until)


class SearchParameters(Narrowed):
    """What is searched for; each has the meaning of the option of `ocrsearch query`."""

    q: str = Field(max_length=MAX_QUERY, description="the query, as `ocrsearch query` has it")
    offset: int = Field(0, ge=0, le=100_000, description="photos to skip")
    exact: bool = Field(default=False, description="only the most likely reading of each word")
    min_score: float = Field(Filters.least, ge=0, le=1, description="leave out lower scores")

    def filters(self) -> Filters:
        """The same for the searcher."""
        since, until = self.span
        return Filters(
            exact=self.exact,
            limit=self.offset + self.limit,
            folder=self.below,
            since=since,
            until=until,
            least=self.min_score,
        )


class SearchReport(reports.AnswerReport):
    """An answer, words like those of the query, and how many photos cannot be found yet."""

    suggestions: list[str]
    behind: int


def _moment(day: str) -> datetime | None:
    return date_span(day)[0] if day else None


def search(site: Site, asked: SearchParameters) -> Answer:
    """The answer.

    Raises:
        UsageError: the query cannot be understood, or is too long.
        CatalogError: an index is missing or damaged.

    """
    terms = q.words(q.leaves(parser.parse(asked.q), negated=True))
    if len(terms) > MAX_TERMS:
        msg = f"{len(terms)} words are more than the {MAX_TERMS} that are looked for at once; leave some out"
        raise UsageError(msg)
    with _searcher(site) as searcher:
        found = searcher.search(asked.q, asked.filters())
    return replace(found, hits=found.hits[asked.offset :])


def similar_words(site: Site, found: Answer) -> list[str]:
    """Words that were read and look like those of a query that found nothing. Takes seconds."""
    with _searcher(site) as searcher:
        return searcher.suggestions(found)


@contextmanager
def _searcher(site: Site) -> Iterator[Searcher]:
    """A new one: the alphabet may be another, with other weights."""
    with site.library.parts() as (catalog, stores):
        yield Searcher(catalog, stores.index, stores.posteriors)


def report(site: Site, request: Request, asked: SearchParameters) -> Response:
    """The answer as JSON."""
    del request  # `asked` holds all
    found = search(site, asked)
    similar = [] if found.hits else similar_words(site, found)
    with site.library.parts() as (catalog, _stores):
        _, behind = catalog.count_searchable()
    made: SearchReport = {**reports.answer_json(found), "suggestions": similar, "behind": behind}
    return json_response(made)
