"""Errors as answers: RFC 9457 for programs, with the sentence that the command line would print."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.responses import Response

from indexer import reports
from indexer.errors import PhotoError, UsageError, UserError
from indexer.renditions.renderer import BusyError, ChangedError
from recognizer.files.printable import printable

if TYPE_CHECKING:
    from collections.abc import Mapping

_STATUS = {
    UsageError.exit_code: HTTPStatus.BAD_REQUEST,
    PhotoError.exit_code: HTTPStatus.UNPROCESSABLE_ENTITY,
}
"""What an exit code means for a request; after any other one it may be made again later."""


class Problem(Exception):  # noqa: N818 - the name of RFC 9457
    """A request that cannot be answered: a status, and a sentence that says what to do.

    `exit_code` is that of the command line for the same fault, None if there is none; `more` goes
    into the body of the answer as it is.
    """

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        exit_code: int | None = None,
        more: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.exit_code = status, detail, exit_code
        self.more = more or {}


def problem_of(error: Exception) -> Problem:
    """The problem that an expected error of the application is; raises any other error."""
    if isinstance(error, Problem):
        return error
    if not isinstance(error, UserError):
        raise error
    status = _STATUS.get(error.exit_code, HTTPStatus.SERVICE_UNAVAILABLE)
    if isinstance(error, BusyError):
        status = HTTPStatus.SERVICE_UNAVAILABLE
    elif isinstance(error, ChangedError):
        status = HTTPStatus.GONE
    return Problem(status, printable(error), error.exit_code)


def response(problem: Problem) -> Response:
    """A problem as `application/problem+json`."""
    status = problem.status
    body: dict[str, object] = {
        "type": "about:blank",
        "title": status.phrase,
        "status": int(status),
        "detail": problem.detail,
    }
    if problem.exit_code is not None:
        body["exit_code"] = problem.exit_code
    body |= problem.more
    headers = {"Retry-After": "2"} if status == HTTPStatus.SERVICE_UNAVAILABLE else None
    return Response(reports.dumps(body), int(status), headers, "application/problem+json")
