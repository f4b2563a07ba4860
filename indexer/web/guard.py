"""The guard before every request: whom it is addressed to, where it comes from, who asks, how much."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import RedirectResponse

from indexer.web import problems
from indexer.web.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Collection

    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from indexer.web.devices import Device
    from indexer.web.site import Site

MAX_BODY = 64_000
"""Bytes of a request's body."""

MAX_REQUESTS = 100
"""Requests that are answered at a time; more are told to come again."""

OPEN_PATHS = (
    "/pair",
    "/api/v1/pair",
    "/static/style.css",
    "/static/base.js",
    "/static/manage.js",
    "/static/icon.svg",
)
"""What may be asked for without a token: what is needed to get one."""

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
"""Headers of every answer."""

_DEVICE = "ocrsearch.device"
_SAFE = {"GET", "HEAD"}


class Guard:
    """Middleware that lets no request through that is not meant for us, from us, and by a paired device.

    A page of another site can have a browser send requests here, and can make its own name lead to
    this address (DNS rebinding): so the host must be one of ours, whole and with its port, and what
    changes something must come from a page of ours.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str], site: Site) -> None:
        """Pass on what is addressed to one of `hosts` by a device that may do it."""
        self._app, self._hosts = app, frozenset(host.lower() for host in hosts)
        self._site, self._running = site, 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or pass on one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    *message["headers"],
                    *((name.lower().encode(), value.encode()) for name, value in HEADERS.items()),
                ]
            await send(message)

        request = Request(scope)
        self._running += 1
        try:
            self._check(request)
            await self._app(scope, _bounded(receive), send_guarded)
        except Problem as problem:
            await _refusal(request, problem)(scope, receive, send_guarded)
        finally:
            self._running -= 1

    def _check(self, request: Request) -> None:
        if self._running > MAX_REQUESTS:
            msg = "too many requests at once; try again in a moment"
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, msg)
        hosts = request.headers.getlist("host")
        if len(hosts) != 1 or hosts[0].lower() not in self._hosts:
            msg = (
                "this address is not one of ours; open the address that ocrsearch serve prints, "
                "or name yours with --allow-host"
            )
            raise Problem(HTTPStatus.BAD_REQUEST, msg)
        if _length(request) > MAX_BODY:
            raise _too_large()
        bearer = _bearer(request)
        cookies = request.cookies.get(self._site.cookie, "")
        if request.method not in _SAFE and not _is_own(
            request, hosts[0], with_token=bool(bearer and not cookies)
        ):
            msg = "this request does not come from a page of ocrsearch"
            raise Problem(HTTPStatus.FORBIDDEN, msg)
        if request.url.path in OPEN_PATHS:
            return
        token = bearer or cookies
        device = self._site.devices.of(token) if token else None
        if device is None:
            msg = "not paired; open the page and enter the code that ocrsearch serve prints"
            raise Problem(HTTPStatus.UNAUTHORIZED, msg)
        request.scope[_DEVICE] = device
        if request.method not in _SAFE:
            if not may_change(self._site, request):
                raise Problem(HTTPStatus.FORBIDDEN, "this device may look, but change nothing")
            self._site.writes.check(device["number"])
            self._site.writes.note(device["number"])


def _refusal(request: Request, problem: Problem) -> Response:
    """The answer to what is not let through: of a page, the way to the pairing."""
    page = request.method == "GET" and not request.url.path.startswith("/api/")
    if page and problem.status == HTTPStatus.UNAUTHORIZED:
        return RedirectResponse("/pair", HTTPStatus.SEE_OTHER)
    return problems.response(problem)


def device_of(request: Request) -> str:
    """The name of the paired device that asks."""
    device: Device = request.scope[_DEVICE]
    return device["name"]


def may_change(site: Site, request: Request) -> bool:
    """Whether the device that asks may change anything."""
    device: Device = request.scope[_DEVICE]
    return not (site.read_only or device.get("read_only", False))


def _length(request: Request) -> int:
    said = request.headers.get("content-length", "0")
    if not said.isascii() or not said.isdecimal():
        raise Problem(HTTPStatus.BAD_REQUEST, "Content-Length is no number")
    return int(said[:20])  # Python converts no endless row of digits


def _too_large() -> Problem:
    msg = f"more than {MAX_BODY} bytes; send less at a time"
    return Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, msg)


def _bearer(request: Request) -> str:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def _is_own(request: Request, host: str, *, with_token: bool) -> bool:
    """Whether a request that changes something comes from a page of ours, or from no page at all."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin")
    if origin is not None:
        return origin.lower() == f"{request.url.scheme}://{host.lower()}"
    return with_token


def _bounded(receive: Receive) -> Receive:
    """Receive a body of MAX_BODY bytes at most, whatever its header says."""
    left = MAX_BODY

    async def bounded() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise _too_large()
        return message

    return bounded
