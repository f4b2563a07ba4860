"""The ASGI application: routes of pages and endpoints behind the guard."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING

from anyio import CapacityLimiter, to_thread
from starlette.applications import Starlette
from starlette.routing import Route

from indexer.web import learn_page, pages, photo_page, problems, search_page
from indexer.web.endpoint import BODY, json_response
from indexer.web.endpoints import ENDPOINTS, ROOT
from indexer.web.guard import Guard
from indexer.web.openapi import description
from indexer.web.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp

    from indexer.web.site import Site

    Answer = Callable[[Site, Request], Response]

log = logging.getLogger("ocrsearch")

MAX_PICTURES = 80
"""Pictures that are waited for at a time, in threads of their own: the renderer refuses some of them."""

PAGES: tuple[tuple[str, str, Answer], ...] = (
    ("GET", "/", search_page.show),
    ("GET", "/photo/{id}", photo_page.show),
    ("GET", "/lessons", learn_page.lessons),
    ("GET", "/learn", learn_page.learn),
    ("GET", "/status", pages.status),
    ("GET", "/devices", pages.devices),
    ("GET", "/api", pages.api),
    ("GET", "/pair", pages.pair),
    ("POST", "/pair", pages.pair_form),
    ("GET", "/static/{name}", pages.static),
)
"""Method, path and what makes the answer."""


def make(site: Site, hosts: Collection[str], version: str) -> ASGIApp:
    """The application for requests that are addressed to one of `hosts`."""
    pictures = CapacityLimiter(MAX_PICTURES)
    routes = [
        Route(path, _answering(site, answer, as_page=True), methods=[method])
        for method, path, answer in PAGES
    ]
    routes += [
        Route(
            ROOT + row.path,
            _answering(site, row.respond, as_page=False, threads=pictures if row.draws else None),
            methods=[row.method],
        )
        for row in ENDPOINTS
    ]
    openapi = _answering(site, lambda *_: json_response(description(version)), as_page=False)
    routes.append(Route(f"{ROOT}/openapi.json", openapi, methods=["GET"]))
    app = Starlette(routes=routes, exception_handlers={404: _missing, 405: _missing})
    app.router.redirect_slashes = False  # an address has one spelling
    return Guard(app, hosts, site)


def _answering(
    site: Site, answer: Answer, *, as_page: bool, threads: CapacityLimiter | None = None
) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint that reads the body first, then answers in a thread; errors become problems.

    `threads` bounds how many answer at a time; None for those that all others share.
    """

    async def endpoint(request: Request) -> Response:
        try:
            if request.method == "POST":
                request.scope[BODY] = await request.body()
            return await to_thread.run_sync(answer, site, request, limiter=threads)
        except Exception as error:
            return _told(_problem(error, request), as_page=as_page)

    return endpoint


def _problem(error: Exception, request: Request) -> Problem:
    try:
        return problems.problem_of(error)
    except Exception as unexpected:
        log.exception(
            "unexpected error while %s was answered", request.url.path, exc_info=unexpected
        )
        msg = "an unexpected error; the log of ocrsearch serve tells more"
        return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, msg)


def _told(problem: Problem, *, as_page: bool) -> Response:
    if as_page:
        return pages.page("problem.html", problem.status, problem=problem)
    return problems.response(problem)


async def _missing(request: Request, error: Exception) -> Response:
    """What has no route, or not by this method."""
    status = HTTPStatus(getattr(error, "status_code", 404))
    said = "there is no such page" if status == HTTPStatus.NOT_FOUND else "not by this method"
    return _told(Problem(status, said), as_page=not request.url.path.startswith("/api/"))
