"""Pairing of devices: a token for a code, the list of devices, and forgetting them."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from pydantic import Field
from starlette.responses import Response
from typing_extensions import TypedDict  # that of typing has no schema before Python 3.12

from indexer.web.devices import readable_name
from indexer.web.endpoint import Asked, json_response
from indexer.web.problems import Problem

if TYPE_CHECKING:
    from starlette.requests import Request

    from indexer.web.site import Site

COOKIE_SECONDS = 400 * 86_400
"""Time for which browsers keep a token: the longest that they allow."""


class Pairing(Asked):
    """What a device sends to be paired."""

    code: str = Field(max_length=40, description="the code that ocrsearch serve prints")
    name: str = Field("", max_length=200, description="how the device is called in the list")


class TokenReport(TypedDict):
    """The token of a device, which is given once."""

    token: str


class DeviceReport(TypedDict):
    """A paired device; times in seconds since 1970. One that is `read_only` changes nothing."""

    number: int
    name: str
    paired: float
    seen: float
    read_only: bool


def pair(site: Site, request: Request, asked: Pairing) -> Response:
    """Pair a device; a browser keeps its token as a cookie."""
    token = paired(site, request, asked.code, asked.name)
    report: TokenReport = {"token": token}
    answer = json_response(report, HTTPStatus.CREATED)
    keep_token(site, answer, token)
    return answer


def paired(site: Site, request: Request, code: str, name: str) -> str:
    """A token for a valid code. Raises Problem, and lets who guesses wait."""
    peer = request.client.host if request.client else ""
    site.wrong_codes.check(peer)
    token = site.devices.pair(code, name or readable_name(request.headers.get("user-agent", "")))
    if token is None:
        site.wrong_codes.note(peer)
        site.announce_code()
        msg = "this code is wrong, used or older than five minutes; take the one that ocrsearch serve prints"
        raise Problem(HTTPStatus.FORBIDDEN, msg)
    return token


def keep_token(site: Site, answer: Response, token: str) -> None:
    """Let the browser keep a token, where no script can read it."""
    answer.set_cookie(
        site.cookie, token, max_age=COOKIE_SECONDS, httponly=True, samesite="strict",
        secure=site.address.startswith("https:"),
    )  # fmt: skip


def devices(site: Site, _: Request, __: Asked) -> Response:
    """The paired devices."""
    report: list[DeviceReport] = [
        {
            "number": device["number"],
            "name": device["name"],
            "paired": device["paired"],
            "seen": device["seen"],
            "read_only": device.get("read_only", False),
        }
        for device in site.devices.listed()
    ]
    return json_response(report)


def forget(site: Site, request: Request, _: Asked) -> Response:
    """Let a device look no more."""
    number = request.path_params["number"]
    if not (number.isascii() and number.isdecimal() and site.devices.forget(int(number[:9]))):
        msg = "there is no such device; it may have been forgotten already"
        raise Problem(HTTPStatus.NOT_FOUND, msg)
    return Response(status_code=HTTPStatus.NO_CONTENT)
