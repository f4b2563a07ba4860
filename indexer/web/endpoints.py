"""The table of REST endpoints: the routes and the OpenAPI description are both made from it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import Response
from typing_extensions import TypedDict  # that of typing has no schema before Python 3.12

from indexer import reports
from indexer.web import photos, searching
from indexer.web.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from indexer.web.site import Site

_Model = TypeVar("_Model", bound=BaseModel)

ROOT = "/api/v1"
"""Where all endpoints begin."""


class Pairing(BaseModel):
    """What a device sends to be paired."""

    model_config = ConfigDict(extra="forbid")

    code: str = Field(max_length=40, description="the code that ocrsearch serve prints")
    name: str = Field("", max_length=200, description="how the device is called in the list")


@dataclass(frozen=True)
class Endpoint:
    """One row of the table.

    Attributes:
        method: of HTTP.
        path: below ROOT; `{id}` is the content hash of a photo.
        summary: what it is for.
        answer: makes the response; reads what it needs from the request.
        gives: media type of the response.
        returns: type of a JSON response, of which OpenAPI has the schema.
        query: model of the parameters in the address.
        body: model of the JSON body.
        parameters: names of further parameters in the address, and what they are.
        errors: statuses of problems besides 400, 401 and 503.

    """

    method: str
    path: str
    summary: str
    answer: Callable[[Site, Request], Response]
    gives: str = "application/json"
    returns: Any = None
    query: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    parameters: tuple[tuple[str, str], ...] = ()
    errors: tuple[HTTPStatus, ...] = ()


def parsed(model: type[_Model], values: object) -> _Model:
    """`values` as a model. Raises Problem that names the parameter that is wrong."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"])) or "body"
        msg = f"{name}: {first['msg'].removeprefix('Value error, ')}"
        raise Problem(HTTPStatus.BAD_REQUEST, msg) from None


def sent(model: type[_Model], request: Request) -> _Model:
    """The JSON body of a request, which the app has kept in the scope, as a model."""
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind != "application/json":
        msg = "send JSON, with Content-Type: application/json"
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, msg)
    try:
        held = json.loads(request.scope["ocrsearch.body"])
    except (ValueError, RecursionError) as error:
        raise Problem(HTTPStatus.BAD_REQUEST, "the body is not JSON") from error
    return parsed(model, held)


def json_response(report: object, status: HTTPStatus = HTTPStatus.OK) -> Response:
    """A report as JSON; what is not UTF-8 in names is escaped as on the command line."""
    headers = {"Cache-Control": "no-store"}
    return Response(reports.dumps(report), int(status), headers, "application/json")


class SearchReport(reports.AnswerReport):
    """An answer, words like those of the query, and how many photos cannot be found yet."""

    suggestions: list[str]
    behind: int


class PhotoDetails(reports.PhotoReport):
    """A photo with its id, files and date."""

    id: str
    places: list[str]
    taken: str | None


class FolderReport(TypedDict):
    """A photo folder, and whether it can be seen."""

    folder: str
    online: bool


def _search(site: Site, request: Request) -> Response:
    asked = parsed(searching.SearchParameters, dict(request.query_params))
    found, similar = searching.search(site, asked)
    with site.library.parts() as (catalog, _):
        _, behind = catalog.count_searchable()
    report: SearchReport = {**reports.answer_json(found), "suggestions": similar, "behind": behind}
    return json_response(report)


def _photo(site: Site, request: Request) -> Response:
    known = photos.photo_of(site, request)
    report: PhotoDetails = {
        **reports.photo_json(known.places[0], known),
        "id": known.hash,
        "places": [str(place) for place in known.places],
        "taken": known.taken.isoformat() if known.taken else None,
    }
    return json_response(report)


def status_report(site: Site) -> reports.StatusReport:
    """State of the home folder, as `ocrsearch status --json` has it."""
    from indexer.bootstrap import ReadOnlyLibrary

    with ReadOnlyLibrary(site.settings) as library:
        return library.status()


def _status(site: Site, _: Request) -> Response:
    return json_response(status_report(site))


def _folders(site: Site, request: Request) -> Response:
    del request  # there is nothing to choose
    with site.library.parts() as (catalog, _stores):
        found = [
            {"folder": str(root), "online": not away} for root, away in catalog.roots().items()
        ]
    return json_response(found)


def _pair(site: Site, request: Request) -> Response:
    asked = sent(Pairing, request)
    token = paired(site, request, asked.code, asked.name)
    answer = json_response({"token": token}, HTTPStatus.CREATED)
    keep_token(site, answer, token)
    return answer


def paired(site: Site, request: Request, code: str, name: str) -> str:
    """A token for a valid code. Raises Problem, and lets who guesses wait."""
    peer = request.client.host if request.client else ""
    site.failures.check(peer)
    token = site.devices.pair(code, name or request.headers.get("user-agent", ""))
    if token is None:
        site.failures.note(peer)
        site.announce_code()
        msg = "this code is wrong, used or older than five minutes; take the one that ocrsearch serve prints"
        raise Problem(HTTPStatus.FORBIDDEN, msg)
    return token


def keep_token(site: Site, answer: Response, token: str) -> None:
    """Let the browser keep a token, where no script can read it."""
    answer.set_cookie(
        site.cookie, token, max_age=400 * 86_400, httponly=True, samesite="strict",
        secure=site.address.startswith("https:"),
    )  # fmt: skip


def _devices(site: Site, _: Request) -> Response:
    return json_response([
        {"number": d["number"], "name": d["name"], "paired": d["paired"], "seen": d["seen"]}
        for d in site.devices.listed()
    ])  # fmt: skip


class DeviceReport(TypedDict):
    """A paired device; times in seconds since 1970."""

    number: int
    name: str
    paired: float
    seen: float


def _forget(site: Site, request: Request) -> Response:
    number = request.path_params["number"]
    if not (number.isascii() and number.isdecimal() and site.devices.forget(int(number[:9]))):
        msg = "there is no such device; it may have been forgotten already"
        raise Problem(HTTPStatus.NOT_FOUND, msg)
    return Response(status_code=HTTPStatus.NO_CONTENT)


_GONE = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE, HTTPStatus.UNPROCESSABLE_ENTITY)

ENDPOINTS = (
    Endpoint(
        "GET", "/search", "Find photos by the words on them", _search,
        returns=SearchReport, query=searching.SearchParameters,
    ),
    Endpoint(
        "GET", "/photos/{id}", "What was read on a photo", _photo,
        returns=PhotoDetails, errors=(HTTPStatus.NOT_FOUND,),
    ),
    Endpoint(
        "GET", "/photos/{id}/image", "A picture of the whole photo", photos.image, "image/webp",
        parameters=(("size", "pixels of the longer side at most: 480, 2048 or 4096"),), errors=_GONE,
    ),
    Endpoint(
        "GET", "/photos/{id}/ink", "A picture of a part of the photo", photos.ink, "image/webp",
        parameters=(
            ("box", "left,top,right,bottom in pixels of the photo"),
            ("height", f"pixels of the picture's height at most, up to {photos.MAX_INK_HEIGHT}"),
        ), errors=_GONE,
    ),
    Endpoint(
        "GET", "/status", "Counts, failures, sizes and what is going on", _status,
        returns=reports.StatusReport,
    ),
    Endpoint(
        "GET", "/folders", "Photo folders", _folders, returns=list[FolderReport],
    ),
    Endpoint(
        "POST", "/pair", "Pair a device: a token for a code", _pair, body=Pairing,
        errors=(HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
    ),
    Endpoint(
        "GET", "/devices", "Paired devices", _devices, returns=list[DeviceReport],
    ),
    Endpoint(
        "DELETE", "/devices/{number}", "Forget a device", _forget,
        errors=(HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN),
    ),
)  # fmt: skip
