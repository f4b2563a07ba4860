"""The page of one photo: its text to select, and the words that answer a query."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from indexer.corrections.formats.plain import text_of
from indexer.errors import UsageError
from indexer.search.guesses import MIN_CERTAIN
from indexer.web import photos, searching
from indexer.web.endpoint import parsed
from indexer.web.pages import page
from indexer.web.problems import Problem
from indexer.web.search_page import MAX_ALT, framed, link
from recognizer.printable import printable

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

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
    text = " ".join(text_of(known).split())
    return page(
        "photo.html", photo=known, query=query, lines=_lines(known, matched), neighbours=neighbours,
        name=printable(known.places[0].name), places=[printable(p) for p in known.places],
        alt=_clean(text)[:MAX_ALT], found=bool(matched),
        back="/?" + urlencode({"q": query}) if query else "/",
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
    if word.confidence >= SURE:
        return "sure"
    return "doubtful" if word.confidence >= DOUBTFUL else "unsure"
