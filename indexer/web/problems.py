"""Errors as answers: RFC 9457 for programs, with the sentence that the command line would print."""

from __future__ import annotations

from http import HTTPStatus

from starlette.responses import JSONResponse

from indexer.errors import CatalogError, PhotoError, UsageError, UserError
from indexer.renditions.renderer import BusyError, ChangedError
from recognizer.printable import printable

_STATUS: tuple[tuple[type[Exception], HTTPStatus], ...] = (
    (BusyError, HTTPStatus.SERVICE_UNAVAILABLE),
    (ChangedError, HTTPStatus.GONE),
    (PhotoError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (UsageError, HTTPStatus.BAD_REQUEST),
    (CatalogError, HTTPStatus.SERVICE_UNAVAILABLE),
)
"""What an error of the application means for a request; the first that fits."""


class Problem(Exception):  # noqa: N818 - the name of RFC 9457
    """A request that cannot be answered: a status, and a sentence that says what to do."""

    def __init__(self, status: HTTPStatus, detail: str) -> None:
        super().__init__(detail)
        self.status, self.detail = status, detail


def problem_of(error: Exception) -> Problem:
    """The problem that an expected error of the application is; raises any other error."""
    if isinstance(error, Problem):
        return error
    for kind, status in _STATUS:
        if isinstance(error, kind):
            return Problem(status, printable(error))
    if isinstance(error, UserError):
        return Problem(HTTPStatus.SERVICE_UNAVAILABLE, printable(error))
    raise error


def response(problem: Problem) -> JSONResponse:
    """A problem as `application/problem+json`."""
    status = problem.status
    body = {
        "type": "about:blank",
        "title": status.phrase,
        "status": int(status),
        "detail": problem.detail,
    }
    headers = {"Retry-After": "2"} if status == HTTPStatus.SERVICE_UNAVAILABLE else None
    return JSONResponse(body, int(status), headers, "application/problem+json")
