"""Pages beside those of photos: state, devices, pairing, the interface; and files that are sent as they are."""

from __future__ import annotations

import math
import unicodedata
from datetime import datetime
from functools import cache
from http import HTTPStatus
from importlib import resources
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote

import jinja2
from starlette.responses import HTMLResponse, RedirectResponse, Response

from indexer import reports
from indexer.errors import CatalogError
from indexer.web import state
from indexer.web.endpoint import BODY
from indexer.web.endpoints import ENDPOINTS, ROOT
from indexer.web.guard import may_change
from indexer.web.pairing import keep_token, paired
from indexer.web.problems import Problem
from recognizer.files.printable import printable

if TYPE_CHECKING:
    from starlette.requests import Request

    from indexer.web.site import Site

STATIC = {
    "style.css": "text/css",
    "icon.svg": "image/svg+xml",
    "base.js": "text/javascript",
    "search.js": "text/javascript",
    "photo.js": "text/javascript",
    "edit.js": "text/javascript",
    "draw.js": "text/javascript",
    "lesson.js": "text/javascript",
    "manage.js": "text/javascript",
}
"""Files that are sent as they are."""

MAX_FAILURES = 20
"""Failed photos of a reason that the page names; of others it says how many there are."""


@cache
def _templates() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("indexer.web"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        percent=reports.percent, path=printable, json=reports.dumps, moment=_moment, span=_span,
        clean=clean, quoted=lambda text: quote(str(text), safe=""),
    )  # fmt: skip
    return made


def _moment(seconds: float) -> str:
    """A time by the clock of this machine, for who has no script to show that of their own."""
    return datetime.fromtimestamp(seconds).astimezone().isoformat(" ", "minutes")


def _span(seconds: float) -> str:
    """A span of time in words, rounded up to minutes."""
    hours, minutes = divmod(math.ceil(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def clean(text: str) -> str:
    """A reading without what would turn the text around it, or cannot be shown."""
    return "".join(c for c in text if unicodedata.category(c) not in {"Cc", "Cf", "Cs"})


def page(template: str, status: HTTPStatus = HTTPStatus.OK, **values: Any) -> HTMLResponse:  # noqa: ANN401
    """A template filled in."""
    text = _templates().get_template(template).render(**values)
    answer = HTMLResponse(text.encode("utf-8", "replace"), int(status))
    answer.headers["Cache-Control"] = "no-store"
    return answer


def static(_: Site, request: Request) -> Response:
    """A style sheet or a module of script, from a fixed list."""
    name = request.path_params["name"]
    if name not in STATIC:
        raise Problem(HTTPStatus.NOT_FOUND, "there is no such page")
    content = resources.files("indexer.web").joinpath("static", name).read_bytes()
    return Response(content, media_type=STATIC[name], headers={"Cache-Control": "no-cache"})


def status(site: Site, request: Request) -> Response:
    """Counts, progress, folders and failures."""
    try:
        report = state.status_of(site)
    except CatalogError as error:
        return page("status.html", report=None, groups={}, problem=str(error), may_retry=False)
    groups = state.by_reason(report["failures"])
    return page(
        "status.html", report=report, groups=groups, problem="", shown=MAX_FAILURES,
        may_retry=may_change(site, request),
    )  # fmt: skip


def devices(site: Site, request: Request) -> Response:
    """Paired devices, and a code for another one; who may only look gets none that may do more."""
    import segno  # only this page draws one

    read_only = not may_change(site, request) or "look" in request.query_params
    code = site.devices.new_code(read_only=read_only)
    address = f"{site.address}/pair#{code}"
    rows = segno.make(address, micro=False).matrix
    squares = [(x, y) for y, row in enumerate(rows) for x, dark in enumerate(row) if dark]
    return page(
        "devices.html", devices=site.devices.listed(), code=code, address=site.address, squares=squares,
        side=len(rows), local=site.is_local, read_only=read_only, may_change=may_change(site, request),
    )  # fmt: skip


def api(_: Site, __: Request) -> Response:
    """The endpoints, for people to read."""
    rows = [
        {
            "method": row.method,
            "path": ROOT + row.path,
            "summary": row.summary,
            "asked": {name: field.description for name, field in row.asked.model_fields.items()},
        }
        for row in ENDPOINTS
    ]
    return page("api.html", endpoints=rows)


def pair(site: Site, _: Request) -> Response:
    """The form that takes a pairing code."""
    site.announce_code()
    return page("pair.html", problem="")


def pair_form(site: Site, request: Request) -> Response:
    """The same form, sent without script."""
    fields = parse_qs(request.scope[BODY].decode("utf-8", "replace"))
    try:
        token = paired(site, request, fields.get("code", [""])[0], "")
    except Problem as problem:
        return page("pair.html", problem.status, problem=problem.detail)
    answer = RedirectResponse("/", HTTPStatus.SEE_OTHER)
    keep_token(site, answer, token)
    return answer
