"""The search page: the photos that answer, or all of them while nothing is asked."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from indexer import reports
from indexer.entities import Box
from indexer.errors import CatalogError, UsageError
from indexer.search.guesses import MIN_CERTAIN, certain_hits, shown_hits
from indexer.sync import progress_file
from indexer.web import photos, searching
from indexer.web.endpoint import parsed
from indexer.web.folder_tree import offered
from indexer.web.pages import page
from indexer.web.problems import Problem
from recognizer.files.printable import printable

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from indexer.entities import Hit, Photo
    from indexer.web.site import Site

_FILTERS: dict[str, tuple[object, str]] = {
    "folder": ("", "Folder"),
    "since": ("", "From"),
    "until": ("", "Until before"),
    "exact": (False, "only what was read exactly"),
}
"""Parameters that hide photos, what each is where it hides none, and what the page calls it."""

MAX_STRIP = 12
"""Width of an ink strip, in heights of its line, at most."""

MAX_ALT = 120
"""Letters of the text of a photo that stand for its picture."""


def show(site: Site, request: Request) -> Response:
    """The page; each of its states is an address."""
    given = {name: value for name, value in request.query_params.items() if value}
    values: dict[str, Any] = {
        "asked": dict.fromkeys(("q", *_FILTERS), "") | given, "cards": [], "guesses": False, "similar": [],
        "problem": "", "count": 0, "more": "", "hidden": [], "folders": [], "writer": None, "start": False,
    }  # fmt: skip
    status = HTTPStatus.OK
    try:
        values |= _surroundings(site, given)
        values |= _found(site, given) if "q" in given else _all(site, given)
    except (Problem, UsageError) as error:
        values["problem"], status = str(error), HTTPStatus.BAD_REQUEST
    except CatalogError as error:
        values["problem"], values["start"] = str(error), True
    return page("search.html", status, **values)


def _surroundings(site: Site, given: dict[str, str]) -> dict[str, Any]:
    """What stands around the photos: folders to choose from, and what is being read."""
    writer = progress_file.read(site.settings.progress)
    with site.library.parts() as (catalog, _):
        folders = site.folders.of(catalog)
    chosen = Path(given["folder"]) if "folder" in given else None
    return {
        "writer": writer and reports.writer_json(writer),
        "folders": [
            (str(one.path), "\N{NO-BREAK SPACE}" * 3 * one.depth, one)
            for one in offered(folders, chosen)
        ],
    }


def _all(site: Site, given: dict[str, str]) -> dict[str, Any]:
    """All photos, newest first."""
    wanted = {
        name: value for name, value in given.items() if name in photos.ListParameters.model_fields
    }
    known, cursor = photos.page_of(site, parsed(photos.ListParameters, wanted))
    more = "/?" + urlencode(given | {"cursor": cursor}) if cursor else ""
    return {"cards": [_plain_card(photo) for photo in known], "more": more}


def _found(site: Site, given: dict[str, str]) -> dict[str, Any]:
    """The photos that answer, and what may help where there are none."""
    fields = searching.SearchParameters.model_fields
    asked = parsed(
        searching.SearchParameters, {name: value for name, value in given.items() if name in fields}
    )
    found = searching.search(site, asked)
    certain = certain_hits(found)
    shown = certain if asked.offset else shown_hits(found)
    values: dict[str, Any] = {
        "cards": [card(hit, asked.q, asked.offset + n) for n, hit in enumerate(shown)],
        "guesses": bool(shown and not certain), "count": asked.offset + len(shown),
    }  # fmt: skip
    behind = asked.offset + asked.limit
    if len(certain) == asked.limit and found.total > behind:
        values["more"] = "/?" + urlencode(given | {"offset": str(behind)})
    if not found.hits:
        values["hidden"] = _hidden(site, given, asked)
        values["similar"] = [] if values["hidden"] else searching.similar_words(site, found)
    return values


def _hidden(
    site: Site, given: dict[str, str], asked: searching.SearchParameters
) -> list[tuple[int, str, str]]:
    """What each filter hides: photos without it, its name, and the address without it."""
    hidden = []
    for name, (empty, called) in _FILTERS.items():
        if getattr(asked, name):
            update = {name: empty, "min_score": MIN_CERTAIN}
            found = searching.search(site, asked.model_copy(update=update))
            without = {key: value for key, value in given.items() if key != name}
            if found.total:
                hidden.append((found.total, called, "/?" + urlencode(without)))
    return hidden


def _plain_card(photo: Photo) -> dict[str, Any]:
    """A photo that nothing was asked of."""
    return {
        "id": photo.hash, "size": (photo.width, photo.height), "score": None, "missing": False,
        "taken": photo.taken, "name": printable(photo.places[0].name), "alt": "", "marks": [], "pen": 0,
        "folder": printable(photo.places[0].parent), "link": f"/photo/{photo.hash}", "strip": "",
        "strip_size": (0, 0),
    }  # fmt: skip


def card(hit: Hit, query: str, number: int) -> dict[str, Any]:
    """A hit as the template shows it."""
    strip = _strip(hit)
    return {
        "id": hit.content, "size": hit.size, "score": hit.score, "missing": hit.missing, "taken": hit.taken,
        "name": printable(hit.photo.name),
        "folder": printable(hit.photo.parent),
        "link": link(hit.content, query, number),
        "strip": ",".join(map(str, strip.as_list())) if strip else "",
        "strip_size": (strip.right - strip.left, strip.bottom - strip.top) if strip else (0, 0),
        "marks": [_mark(box) for box in framed(hit)],
        "pen": max(2, round(max(hit.size) / 160)),
        "alt": printable(hit.context)[:MAX_ALT],
    }  # fmt: skip


def framed(hit: Hit) -> list[Box]:
    """Boxes of the words that answer, the best one first; guesses only where there is nothing else."""
    certain = [word.box for word in hit.words if word.score >= MIN_CERTAIN]
    return certain or [word.box for word in hit.words]


def link(content: str, query: str, number: int) -> str:
    """Address of a photo that is the hit of this number, from 0, of a query."""
    return f"/photo/{content}?" + urlencode({"q": query, "n": str(number)})


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
