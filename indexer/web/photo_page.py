"""The page of one photo: its text to select, and the words that answer a query."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from indexer.corrections.correction import Correction, CorrectionKind
from indexer.corrections.formats.plain import text_of
from indexer.errors import UsageError
from indexer.search.guesses import MIN_CERTAIN
from indexer.web import photos, searching
from indexer.web.endpoint import parsed
from indexer.web.guard import may_change
from indexer.web.pages import clean, page
from indexer.web.problems import Problem
from indexer.web.search_page import MAX_ALT, framed, link
from recognizer.files.printable import printable

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from indexer.catalog.queries import CatalogReader
    from indexer.entities import Photo, Word
    from indexer.web.site import Site

SURE, DOUBTFUL = 0.8, 0.5
"""Confidence from which on a word is taken for sure, and for doubtful; below it is unsure."""


def show(site: Site, request: Request) -> Response:
    """The page; `q` and `n` of the address say of which query this photo is which hit."""
    known = photos.photo_of(site, request)
    query = request.query_params.get("q", "")[: searching.MAX_QUERY]
    number = request.query_params.get("n", "")
    matched: set[tuple[int, ...]] = set()
    neighbours = {"former": "", "next": ""}
    if query:
        try:
            matched, neighbours = _among_hits(site, known, query, number)
        except (UsageError, Problem):
            query = ""
    with site.library.parts() as (catalog, _):
        said = _said(catalog, known)
    text = " ".join(text_of(known).split())
    return page(
        "photo.html", photo=known, query=query, lines=_lines(known, matched), neighbours=neighbours,
        name=printable(known.places[0].name), places=[printable(p) for p in known.places],
        alt=clean(text)[:MAX_ALT], found=bool(matched),
        back="/?" + urlencode({"q": query}) if query else "/",
        may_change=may_change(site, request), **said,
    )  # fmt: skip


def _among_hits(
    site: Site, known: Photo, query: str, number: str
) -> tuple[set[tuple[int, ...]], dict[str, str]]:
    """Boxes of the words that answer, and the addresses of the hits around."""
    at = int(number) if number.isascii() and number.isdecimal() and len(number) < 5 else 0
    first = max(0, at - 1)
    asked = parsed(searching.SearchParameters, {"q": query, "offset": first, "limit": 3})
    found = searching.search(site, asked)
    links = {"former": "", "next": ""}
    matched: set[tuple[int, ...]] = set()
    for place, hit in enumerate(found.hits, start=first):
        if hit.content == known.hash:
            matched = {tuple(box.as_list()) for box in framed(hit)}
        elif place == at - 1:
            links["former"] = link(hit.content, query, place)
        elif place == at + 1 and hit.score >= MIN_CERTAIN:
            links["next"] = link(hit.content, query, place)
    return matched, links


def _lines(known: Photo, marked: set[tuple[int, ...]]) -> list[list[dict[str, Any]]]:
    """The words of a photo line by line, as the text layer and the panel show them."""
    lines: dict[int, list[dict[str, Any]]] = {}
    for word in known.words:
        lines.setdefault(word.line, []).append(
            {
                "text": clean(word.text),
                "sure": _sureness(word),
                "corners": " ".join(f"{x:g},{y:g}" for x, y in word.outline),
                "box": ",".join(map(str, word.box.as_list())),
                "by": word.by.partition(":")[0],
                "hit": tuple(word.box.as_list()) in marked,
            }
        )
    return list(lines.values())


def _said(catalog: CatalogReader, known: Photo) -> dict[str, Any]:
    """What people said of the words of a photo: when all were checked, what is doubtful, and all of it."""
    corrections = catalog.corrections(contents=[known.hash])
    return {
        "checked": catalog.checked([known.hash]).get(known.hash),
        "doubtful": list(map(_shown, catalog.doubtful(known.hash))) if corrections else [],
        "former": list(map(_shown, catalog.former(known.hash))),
        "history": list(map(_shown, reversed(corrections))),
    }


def _shown(correction: Correction) -> dict[str, Any]:
    unreadable = correction.kind is CorrectionKind.UNREADABLE
    return {
        "uid": correction.uid,
        "box": ",".join(map(str, correction.box.as_list())),
        "seen": clean(correction.seen_text),
        "said": "unreadable" if unreadable else clean(correction.text) or "no word",
        "by": clean(correction.by),
        "at": correction.created_at,
        "undone": correction.undone_at is not None,
    }


def _sureness(word: Word) -> str:
    if word.confidence >= SURE:
        return "sure"
    return "doubtful" if word.confidence >= DOUBTFUL else "unsure"
