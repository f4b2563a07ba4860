"""The pages: search, photo, status, devices, pairing."""

from __future__ import annotations

import unicodedata
from functools import cache
from http import HTTPStatus
from importlib import resources
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote, urlencode

import jinja2
from starlette.responses import HTMLResponse, RedirectResponse, Response

from indexer import reports
from indexer.entities import Box
from indexer.errors import CatalogError, UsageError
from indexer.search.guesses import MIN_CERTAIN, certain_hits, shown_hits
from indexer.sync import progress_file
from indexer.web import photos, searching
from indexer.web.endpoints import keep_token, paired, parsed, status_report
from indexer.web.problems import Problem
from recognizer.printable import printable

if TYPE_CHECKING:
    from starlette.requests import Request

    from indexer.entities import Hit, Photo, Word
    from indexer.web.site import Site

STATIC = {
    "style.css": "text/css",
    "icon.svg": "image/svg+xml",
    "base.js": "text/javascript",
    "search.js": "text/javascript",
    "photo.js": "text/javascript",
    "pair.js": "text/javascript",
}
"""Files that are sent as they are."""

_FILTERS = {"folder": "", "since": "", "until": "", "exact": False}
"""Parameters that hide photos, and what each is without them."""

MAX_STRIP = 12
"""Width of an ink strip, in heights of its line, at most."""


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
        percent=reports.percent, path=printable, quoted=lambda text: quote(str(text), safe="")
    )
    return made


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


# search --------------------------------------------------------------------------------------


def search(site: Site, request: Request) -> Response:
    """The search page; each of its states is an address."""
    given = {name: value for name, value in request.query_params.items() if value}
    number = given.pop("page", "1")
    values: dict[str, Any] = {
        "asked": dict.fromkeys(("q", *_FILTERS), "") | given, "hits": [], "guesses": False, "similar": [], "problem": "",
        "page": 1, "more": "", "hidden": [], "folders": [], "writer": None, "start": False,
    }  # fmt: skip
    status = HTTPStatus.OK
    try:
        _look(site, given, number, values)
    except (Problem, UsageError) as error:
        values["problem"], status = str(error), HTTPStatus.BAD_REQUEST
    except CatalogError as error:
        values["problem"], values["start"] = str(error), True
    return page("search.html", status, **values)


def _look(site: Site, given: dict[str, str], number: str, values: dict[str, Any]) -> None:
    with site.library.parts() as (catalog, _):
        values["folders"] = [str(root) for root in catalog.roots()]
    writer = progress_file.read(site.settings.progress)
    values["writer"] = writer and reports.writer_json(writer)
    if "q" not in given:
        return
    wanted = {
        name: value
        for name, value in given.items()
        if name in searching.SearchParameters.model_fields
    }
    asked = parsed(searching.SearchParameters, wanted)
    at = int(number) if number.isascii() and number.isdecimal() and len(number) < 5 else 1
    at = max(1, at)
    asked = asked.model_copy(update={"offset": (at - 1) * asked.limit})
    found, similar = searching.search(site, asked)
    certain = certain_hits(found)
    shown = shown_hits(found) if at == 1 else certain
    values.update(
        hits=[card(hit, asked.q, asked.offset + n) for n, hit in enumerate(shown)],
        guesses=bool(shown and not certain), similar=similar, page=at,
    )  # fmt: skip
    if len(certain) == asked.limit and found.total > asked.offset + asked.limit:
        values["more"] = "/?" + urlencode(given | {"page": str(at + 1)})
    if not found.hits:
        values["hidden"] = _hidden(site, given, asked)


def _hidden(
    site: Site, given: dict[str, str], asked: searching.SearchParameters
) -> list[tuple[int, str, str]]:
    """What each filter hides: photos without it, its name, and the address without it."""
    hidden = []
    for name, empty in _FILTERS.items():
        if getattr(asked, name):
            found, _ = searching.search(site, asked.model_copy(update={name: empty}))
            without = {key: value for key, value in given.items() if key != name}
            if found.total:
                hidden.append((found.total, name, "/?" + urlencode(without)))
    return hidden


def card(hit: Hit, query: str, number: int) -> dict[str, Any]:
    """A hit as the template shows it."""
    strip = _strip(hit)
    return {
        "hit": hit,
        "name": printable(hit.photo.name),
        "folder": printable(hit.photo.parent),
        "link": f"/photo/{hit.content}?" + urlencode({"q": query, "n": str(number)}),
        "strip": ",".join(map(str, strip.as_list())) if strip else "",
        "strip_size": (strip.right - strip.left, strip.bottom - strip.top) if strip else (0, 0),
        "marks": [_mark(word.box) for word in hit.words],
        "pen": max(2, round(max(hit.size) / 160)),
        "alt": printable(hit.context)[:120],
    }


def _mark(box: Box) -> dict[str, int]:
    return {
        "x": box.left, "y": box.top, "width": box.right - box.left, "height": box.bottom - box.top,
    }  # fmt: skip


def _strip(hit: Hit) -> Box | None:
    """The line that answers, or what lies around its best match if it is a long one."""
    if hit.line is None:
        return None
    line = hit.line
    on_line = [
        w.box for w in hit.words if line.top <= (w.box.top + w.box.bottom) / 2 <= line.bottom
    ]
    best = on_line[0] if on_line else line
    margin = max(2, (line.bottom - line.top) // 6)
    width = max(MAX_STRIP * (line.bottom - line.top), best.right - best.left)
    left, right = line.left, line.right
    if right - left > width:
        middle = (best.left + best.right) // 2
        left = max(line.left, min(middle - width // 2, line.right - width))
        right = left + width
    return Box(
        max(0, left - margin), max(0, line.top - margin), right + margin, line.bottom + margin
    )


# photo ---------------------------------------------------------------------------------------


def photo(site: Site, request: Request) -> Response:
    """One photo: its text to select, and the words that answer a query."""
    known = photos.photo_of(site, request)
    query = request.query_params.get("q", "")[: searching.MAX_QUERY]
    number = request.query_params.get("n", "")
    matched: list[list[int]] = []
    neighbours = {"former": "", "next": ""}
    if query:
        try:
            matched, neighbours = _among_hits(site, known, query, number)
        except (UsageError, Problem):
            query = ""
    marked = {tuple(box) for box in matched}
    return page(
        "photo.html", photo=known, query=query, lines=_lines(known, marked), neighbours=neighbours,
        name=printable(known.places[0].name), places=[printable(p) for p in known.places],
        back="/?" + urlencode({"q": query}) if query else "/", found=bool(matched),
    )  # fmt: skip


def _among_hits(
    site: Site, known: Photo, query: str, number: str
) -> tuple[list[list[int]], dict[str, str]]:
    """Boxes of the words that answer, and the addresses of the hits around."""
    at = int(number) if number.isascii() and number.isdecimal() and len(number) < 5 else 0
    first = max(0, at - 1)
    asked = parsed(searching.SearchParameters, {"q": query, "offset": first, "limit": 3})
    found, _ = searching.search(site, asked)
    links = {"former": "", "next": ""}
    matched: list[list[int]] = []
    for place, hit in enumerate(found.hits, start=first):
        if hit.content == known.hash:
            matched = [word.box.as_list() for word in hit.words]
        elif place == at - 1:
            links["former"] = card(hit, query, place)["link"]
        elif place == at + 1 and hit.score >= MIN_CERTAIN:
            links["next"] = card(hit, query, place)["link"]
    return matched, links


def _lines(known: Photo, marked: set[tuple[int, ...]]) -> list[list[dict[str, Any]]]:
    """The words of a photo line by line, as the text layer and the panel show them."""
    lines: dict[int, list[dict[str, Any]]] = {}
    for word in known.words:
        lines.setdefault(word.line, []).append(
            {
                "text": _clean(word.text),
                "sure": _sureness(word),
                "corners": " ".join(f"{x:g},{y:g}" for x, y in word.outline),
                "hit": tuple(word.box.as_list()) in marked,
            }
        )
    return list(lines.values())


def _clean(text: str) -> str:
    """A reading without what would turn the text around it, or cannot be shown."""
    return "".join(c for c in text if unicodedata.category(c) not in {"Cc", "Cf", "Cs"})


def _sureness(word: Word) -> str:
    return "sure" if word.confidence >= 0.8 else "doubtful" if word.confidence >= 0.5 else "unsure"


# status, devices, pairing --------------------------------------------------------------------


def status(site: Site, _: Request) -> Response:
    """Counts, progress, folders and failures."""
    try:
        report = status_report(site)
    except CatalogError as error:
        return page("status.html", report=None, groups={}, problem=str(error))
    groups: dict[str, list[str]] = {}
    for failure in report["failures"]:
        groups.setdefault(printable(failure["reason"]), []).append(printable(failure["photo"]))
    return page("status.html", report=report, groups=groups, problem="")


def devices(site: Site, _: Request) -> Response:
    """Paired devices, and a code for another one."""
    import segno  # only this page draws one

    code = site.devices.new_code()
    address = f"{site.address}/pair#{code}"
    drawn = segno.make(address, micro=False)
    rows = [[bool(cell) for cell in row] for row in drawn.matrix]
    squares = [(x, y) for y, row in enumerate(rows) for x, dark in enumerate(row) if dark]
    return page(
        "devices.html", devices=site.devices.listed(), code=code, address=address, squares=squares,
        side=len(rows), local=site.is_local,
    )  # fmt: skip


def pair(site: Site, _: Request) -> Response:
    """The form that takes a pairing code."""
    site.announce_code()
    return page("pair.html", problem="")


def pair_form(site: Site, request: Request) -> Response:
    """The same form, sent without script."""
    fields = parse_qs(request.scope["ocrsearch.body"].decode("utf-8", "replace"), max_num_fields=4)
    try:
        token = paired(site, request, fields.get("code", [""])[0], "")
    except Problem as problem:
        return page("pair.html", problem.status, problem=problem.detail)
    answer = RedirectResponse("/", HTTPStatus.SEE_OTHER)
    keep_token(site, answer, token)
    return answer
