"""The ASGI application: routes of pages and endpoints behind the guard."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.routing import Route

from indexer.web import pages, problems
from indexer.web.endpoints import ENDPOINTS, ROOT, json_response
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

PAGES: tuple[tuple[str, str, Answer], ...] = (
    ("GET", "/", pages.search),
    ("GET", "/photo/{id}", pages.photo),
    ("GET", "/status", pages.status),
    ("GET", "/devices", pages.devices),
    ("GET", "/pair", pages.pair),
    ("POST", "/pair", pages.pair_form),
    ("GET", "/static/{name}", pages.static),
)
"""Method, path and what makes the answer."""


def make(site: Site, hosts: Collection[str], version: str) -> ASGIApp:
    """The application for requests that are addressed to one of `hosts`."""
    told = description(version)
    routes = [
        Route(path, _answering(site, answer, as_page=True), methods=[method])
        for method, path, answer in PAGES
    ]
    routes += [
        Route(ROOT + row.path, _answering(site, row.answer, as_page=False), methods=[row.method])
        for row in ENDPOINTS
    ]
    openapi = _answering(site, lambda *_: json_response(told), as_page=False)
    routes.append(Route(f"{ROOT}/openapi.json", openapi, methods=["GET"]))
    app = Starlette(routes=routes, exception_handlers={404: _missing, 405: _missing})
    return Guard(app, hosts, site.devices, site.cookie)


def _answering(
    site: Site, answer: Answer, *, as_page: bool
) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint that reads the body first, then answers in a thread; errors become problems."""

    async def endpoint(request: Request) -> Response:
        try:
            if request.method == "POST":
                await _read_body(request)
            return await run_in_threadpool(answer, site, request)
        except Exception as error:
            try:
                problem = problems.problem_of(error)
            except Exception as unexpected:
                log.exception(
                    "unexpected error while %s was answered", request.url.path, exc_info=unexpected
                )
                msg = "an unexpected error; the log of ocrsearch serve tells more"
                problem = Problem(HTTPStatus.INTERNAL_SERVER_ERROR, msg)
            return _told(problem, as_page=as_page)

    return endpoint


async def _read_body(request: Request) -> None:
    """Keep a body in the scope: threads cannot wait for it."""
    request.scope["ocrsearch.body"] = await request.body()


def _told(problem: Problem, *, as_page: bool) -> Response:
    if as_page:
        return pages.page("problem.html", problem.status, problem=problem)
    return problems.response(problem)


async def _missing(request: Request, error: Exception) -> Response:
    """What has no route, or not by this method."""
    status = HTTPStatus(getattr(error, "status_code", 404))
    told = Problem(
        status, "there is no such page" if status == HTTPStatus.NOT_FOUND else "not by this method"
    )
    return _told(told, as_page=not request.url.path.startswith("/api/"))
