"""An endpoint of the REST interface: what it is asked, and what it answers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.responses import Response

from indexer import reports
from indexer.web.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from indexer.web.site import Site

BODY = "ocrsearch.body"
"""Key of the scope that holds the body of a request: threads cannot wait for it."""

_Model = TypeVar("_Model", bound=BaseModel)


class Asked(BaseModel):
    """Parameters of an address, or a JSON body; unknown ones are errors. By itself: none."""

    model_config = ConfigDict(extra="forbid")


@dataclass(frozen=True)
class Endpoint:
    """One row of the table of endpoints.

    Attributes:
        method: of HTTP.
        path: below ROOT; `{id}` is the content hash of a photo.
        summary: what it is for.
        answer: makes the response for what was asked, an instance of `asked`.
        gives: media types that the response may have.
        returns: type of a JSON response, of which OpenAPI has the schema.
        asked: model of the JSON body of a POST, else of the parameters in the address.
        draws: whether it may have to wait until a picture is drawn.
        success: status where it went well.
        errors: statuses of problems besides those of every endpoint of its method.

    """

    method: str
    path: str
    summary: str
    answer: Callable[[Site, Request, Any], Response]
    gives: tuple[str, ...] = ("application/json",)
    returns: Any = None
    asked: type[Asked] = Asked
    draws: bool = False
    success: HTTPStatus = HTTPStatus.OK
    errors: tuple[HTTPStatus, ...] = ()

    def respond(self, site: Site, request: Request) -> Response:
        """The response. Raises Problem, or another expected error."""
        if self.method == "POST":
            return self.answer(site, request, _sent(self.asked, request))
        return self.answer(site, request, parsed(self.asked, dict(request.query_params)))


def parsed(model: type[_Model], values: object) -> _Model:
    """`values` as a model. Raises Problem that names the parameter that is wrong."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"])) or "body"
        msg = f"{name}: {first['msg'].removeprefix('Value error, ')}"
        raise Problem(HTTPStatus.BAD_REQUEST, msg) from None


def _sent(model: type[_Model], request: Request) -> _Model:
    """The JSON body of a request as a model."""
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind != "application/json":
        msg = "send JSON, with Content-Type: application/json"
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, msg)
    try:
        held = json.loads(request.scope[BODY])
    except (ValueError, RecursionError) as error:
        raise Problem(HTTPStatus.BAD_REQUEST, "the body is not JSON") from error
    return parsed(model, held)


def json_response(report: object, status: HTTPStatus = HTTPStatus.OK) -> Response:
    """A report as JSON; what is not UTF-8 in names is escaped as on the command line."""
    headers = {"Cache-Control": "no-store"}
    return Response(reports.dumps(report), int(status), headers, "application/json")
