"""Corrections of words by paired devices."""

from __future__ import annotations

import threading
import time
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated

from pydantic import AwareDatetime, Field
from typing_extensions import TypedDict  # that of typing has no schema before Python 3.12

from indexer import bootstrap
from indexer.corrections.correction import correct_text
from indexer.corrections.effective import seen_at
from indexer.corrections.formats.plain import PhotoDetails, details_of
from indexer.corrections.new_correction import correction_at
from indexer.corrections.report import CorrectionReport, correction_json
from indexer.entities import Box
from indexer.errors import UsageError
from indexer.web import photos
from indexer.web.endpoint import Asked, json_response
from indexer.web.guard import device_of
from indexer.web.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from indexer.corrections.correction import Correction
    from indexer.entities import Photo
    from indexer.web.site import Site

PAGE = 200
"""Corrections of one answer at most."""

_Pixel = Annotated[int, Field(ge=0, le=1_000_000)]


class NewCorrection(Asked):
    """What stands in a box; "" for no word."""

    box: tuple[_Pixel, _Pixel, _Pixel, _Pixel] = Field(description="left, top, right, bottom")
    text: str = Field("", max_length=1000, description="at most 64 characters; empty for no word")
    unreadable: bool = Field(False, description="nobody can tell what the word is")  # noqa: FBT003
    version: int | None = Field(None, description="of the photo, as it was shown")
    was: str | None = Field(None, max_length=1000, description="text of the word, as it was shown")


class ListCorrections(Asked):
    """Which corrections, in the order in which they were made."""

    by: str | None = Field(None, max_length=200, description="an author, or a kind of authors")
    since: AwareDatetime | None = Field(None, description="made at this time or later")
    after: int = Field(0, ge=0, le=10**12, description="`next` of the answer before")


class CorrectedReport(TypedDict):
    """A correction, and its photo as it is now; null if no file holds it."""

    correction: CorrectionReport
    photo: PhotoDetails | None


class CorrectionList(TypedDict):
    """Corrections; `next` is null where there are no more."""

    corrections: list[CorrectionReport]
    next: int | None


def of_photo(site: Site, request: Request, _: Asked) -> Response:
    """All corrections of a photo, those that were undone too."""
    known = photos.photo_of(site, request)
    with site.library.parts() as (catalog, _stores):
        found = catalog.corrections(contents=[known.hash])
    return json_response([correction_json(c, {known.hash: known.places}) for c in found])


def correct(site: Site, request: Request, asked: NewCorrection) -> Response:
    """Say what stands in a box of a photo."""
    content = photos.photo_of(site, request).hash
    box = Box(*asked.box)
    if box.left >= box.right or box.top >= box.bottom:
        msg = "box: give left,top,right,bottom, left before right, top before bottom"
        raise Problem(HTTPStatus.BAD_REQUEST, msg)
    text = correct_text(asked.text)
    if asked.unreadable and text:
        msg = "give either a text or unreadable"
        raise UsageError(msg)
    with bootstrap.correcting(site.settings) as catalog:
        known = catalog.photo_with(content)
        if known is None:
            raise photos.unknown_photo()
        _require_unchanged(known, box, asked)
        made = correction_at(
            box,
            known,
            text,
            unreadable=asked.unreadable,
            device=device_of(request),
            now=time.time(),
        )
        [made] = catalog.correct([made])
        now = catalog.photo_with(content)
    _deliver(site)
    return _corrected(made, now, HTTPStatus.CREATED)


def undo(site: Site, request: Request, _: Asked) -> Response:
    """Let a correction not count any more."""
    return _changed(site, request, undone=True)


def redo(site: Site, request: Request, _: Asked) -> Response:
    """Let a correction count again."""
    return _changed(site, request, undone=False)


def listed(site: Site, _: Request, asked: ListCorrections) -> Response:
    """Corrections of all photos."""
    since = asked.since.timestamp() if isinstance(asked.since, datetime) else None
    with site.library.parts() as (catalog, _stores):
        found = [c for c in catalog.corrections(by=asked.by, since=since) if c.number > asked.after]
        shown = found[:PAGE]
        places = {
            photo.hash: photo.places
            for photo in map(catalog.photo_with, sorted({c.content for c in shown}))
            if photo is not None
        }
    return json_response(
        {
            "corrections": [correction_json(c, places) for c in shown],
            "next": shown[-1].number if len(found) > PAGE else None,
        }
    )


def _changed(site: Site, request: Request, *, undone: bool) -> Response:
    uid = request.path_params["uid"]
    with bootstrap.correcting(site.settings) as catalog:
        changed: Sequence[Correction]
        changed = catalog.undo([uid], time.time()) if undone else catalog.redo([uid])
        found = [c for c in catalog.corrections() if c.uid == uid]
        if not found:
            msg = "no correction has this uid"
            raise Problem(HTTPStatus.NOT_FOUND, msg)
        now = catalog.photo_with(found[0].content)
    if changed:
        _deliver(site)
    return _corrected(found[0], now, HTTPStatus.OK)


def _corrected(made: Correction, now: Photo | None, status: HTTPStatus) -> Response:
    places = {} if now is None else {now.hash: now.places}
    return json_response(
        {
            "correction": correction_json(made, places),
            "photo": None if now is None else details_of(now),
        },
        status,
    )


def _require_unchanged(known: Photo, box: Box, asked: NewCorrection) -> None:
    """Refuse a correction of words that are others by now, unless the one that is meant is not."""
    if asked.version in {None, known.version}:
        return
    word = seen_at(box, known.words)
    if (word.text if word else None) != asked.was:
        msg = "the words of the photo have changed meanwhile; look at it again"
        raise Problem(HTTPStatus.CONFLICT, msg)


def _deliver(site: Site) -> None:
    """Bring the derived stores up to date; the answer does not wait for it, nor does any query."""
    threading.Thread(target=bootstrap.deliver, args=[site.settings], daemon=True).start()
