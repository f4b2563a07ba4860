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

    from indexer.catalog.queries import CatalogReader
    from indexer.corrections.correction import Correction
    from indexer.entities import Photo
    from indexer.web.site import Site

PAGE = 200
"""Corrections of one answer at most."""

_Pixel = Annotated[int, Field(ge=0, le=1_000_000)]
PixelBox = tuple[_Pixel, _Pixel, _Pixel, _Pixel]


class NewCorrection(Asked):
    """What stands in a box; "" for no word."""

    box: PixelBox = Field(description="left, top, right, bottom")
    text: str = Field("", max_length=1000, description="at most 64 characters; empty for no word")
    unreadable: bool = Field(False, description="nobody can tell what the word is")  # noqa: FBT003
    drawn: bool = Field(False, description="the box is meant as it is, whatever was read in it")  # noqa: FBT003
    version: int | None = Field(None, description="of the photo, as it was shown")
    was: str | None = Field(None, max_length=1000, description="text of the word, as it was shown")


class ListCorrections(Asked):
    """Which corrections, in the order in which they were made."""

    by: str | None = Field(None, max_length=200, description="an author, or a kind of authors")
    since: AwareDatetime | None = Field(None, description="made at this time or later")
    after: int = Field(0, ge=0, le=10**12, description="`next` of the answer before")


class Check(Asked):
    """That all words are right."""

    version: int | None = Field(None, description="of the photo, as it was shown")


class SettleFormer(Asked):
    """Whether the corrections of the former version of a photo are taken."""

    take: bool = Field(description="take them, or leave them")


class FormerReport(TypedDict):
    """What was taken, and the photo as it is now."""

    taken: list[CorrectionReport]
    photo: photos.CheckedPhotoDetails | None


class CheckedReport(TypedDict):
    """How many words were confirmed, or are not any more, and the photo as it is now."""

    confirmed: int
    photo: photos.CheckedPhotoDetails | None


class CorrectedReport(TypedDict):
    """A correction, and its photo as it is now; null if no file holds it."""

    correction: CorrectionReport
    photo: photos.CheckedPhotoDetails | None


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
        _require_unchanged(known, box, asked, photos.details_of(catalog, known))
        made = correction_at(
            box,
            known,
            text,
            unreadable=asked.unreadable,
            drawn=asked.drawn,
            device=device_of(request),
            now=time.time(),
        )
        [made] = catalog.correct([made])
        answer = _corrected(catalog, made, HTTPStatus.CREATED)
    _deliver(site)
    return answer


def undo(site: Site, request: Request, _: Asked) -> Response:
    """Let a correction not count any more."""
    return _changed(site, request, undone=True)


def redo(site: Site, request: Request, _: Asked) -> Response:
    """Let a correction count again."""
    return _changed(site, request, undone=False)


def check(site: Site, request: Request, asked: Check) -> Response:
    """Say that all words of a photo are right as they are shown."""
    content = photos.photo_of(site, request).hash
    with bootstrap.correcting(site.settings) as catalog:
        count = catalog.check(content, asked.version, device_of(request), time.time())
        answer = _checked(catalog, content, count or 0, HTTPStatus.CREATED)
        if count is None:
            known = catalog.photo_with(content)
            raise _changed_meanwhile(None if known is None else photos.details_of(catalog, known))
    _deliver(site)
    return answer


def uncheck(site: Site, request: Request, _: Asked) -> Response:
    """Undo `check`, with all that it had confirmed."""
    content = photos.photo_of(site, request).hash
    with bootstrap.correcting(site.settings) as catalog:
        count = catalog.uncheck(content, time.time())
        if count is None:
            msg = "nobody has checked this photo"
            raise Problem(HTTPStatus.NOT_FOUND, msg)
        answer = _checked(catalog, content, count, HTTPStatus.OK)
    _deliver(site)
    return answer


def former(site: Site, request: Request, _: Asked) -> Response:
    """What the former version of a photo has to offer."""
    known = photos.photo_of(site, request)
    with site.library.parts() as (catalog, _stores):
        found = catalog.former(known.hash)
    return json_response([correction_json(c, {known.hash: known.places}) for c in found])


def settle_former(site: Site, request: Request, asked: SettleFormer) -> Response:
    """Take that, or leave it."""
    content = photos.photo_of(site, request).hash
    with bootstrap.correcting(site.settings) as catalog:
        taken = [correction_json(c) for c in catalog.settle_former(content, take=asked.take)]
        known = catalog.photo_with(content)
        details = None if known is None else photos.details_of(catalog, known)
    _deliver(site)
    return json_response({"taken": taken, "photo": details})


def _checked(catalog: CatalogReader, content: str, count: int, status: HTTPStatus) -> Response:
    known = catalog.photo_with(content)
    details = None if known is None else photos.details_of(catalog, known)
    return json_response({"confirmed": count, "photo": details}, status)


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
        changed = (catalog.undo if undone else catalog.redo)([uid], time.time())
        found = [c for c in catalog.corrections() if c.uid == uid]
        if not found:
            msg = "no correction has this uid"
            raise Problem(HTTPStatus.NOT_FOUND, msg)
        answer = _corrected(catalog, found[0], HTTPStatus.OK)
    if changed:
        _deliver(site)
    return answer


def _corrected(catalog: CatalogReader, made: Correction, status: HTTPStatus) -> Response:
    now = catalog.photo_with(made.content)
    places = {} if now is None else {now.hash: now.places}
    return json_response(
        {
            "correction": correction_json(made, places),
            "photo": None if now is None else photos.details_of(catalog, now),
        },
        status,
    )


def _require_unchanged(
    known: Photo, box: Box, asked: NewCorrection, details: photos.CheckedPhotoDetails
) -> None:
    """Refuse a correction of words that are others by now, unless the one that is meant is not."""
    if asked.version in {None, known.version}:
        return
    word = seen_at(box, known.words)
    if (word.text if word else None) != asked.was:
        raise _changed_meanwhile(details)


def _changed_meanwhile(details: photos.CheckedPhotoDetails | None) -> Problem:
    msg = "the words of the photo have changed meanwhile; look at it again"
    return Problem(HTTPStatus.CONFLICT, msg, more={"photo": details})


def _deliver(site: Site) -> None:
    """Bring the derived stores up to date; the answer does not wait for it, nor does any query."""
    given = [site.settings, site.renderer]
    threading.Thread(target=bootstrap.deliver, args=given, name="deliver", daemon=True).start()
