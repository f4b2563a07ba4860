"""Photos by their id: what was read on them, pictures of them, and lists of them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
from starlette.responses import Response
from typing_extensions import TypedDict  # that of typing has no schema before Python 3.12

from indexer.corrections.formats import plain
from indexer.corrections.formats.pdf import write_pdf
from indexer.corrections.formats.written import FORMATS
from indexer.entities import Box, State
from indexer.renditions.drawing import SIZES
from indexer.renditions.renderer import VERSION
from indexer.web.endpoint import Asked, json_response
from indexer.web.problems import Problem
from indexer.web.searching import Narrowed

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from indexer.catalog.queries import CatalogReader
    from indexer.entities import Photo
    from indexer.web.site import Site

MAX_INK_HEIGHT = 256
"""Pixels of the height of a part of a photo."""

_ID = re.compile(r"[0-9a-f]{32}")
_BOX = r"(\d{1,6}),(\d{1,6}),(\d{1,6}),(\d{1,6})"
_CURSOR = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?_\d{1,18}"
_CACHED = "private, max-age=31536000, immutable"
"""A picture is named by the content that it shows, so it never becomes another."""


def _size(value: int) -> int:
    if value not in SIZES:
        msg = f"give one of {', '.join(map(str, SIZES))}"
        raise ValueError(msg)
    return value


def _box(value: object) -> Box:
    edges = re.fullmatch(_BOX, str(value), re.ASCII)
    box = Box(*map(int, edges.groups())) if edges else Box(0, 0, 0, 0)
    if box.left >= box.right or box.top >= box.bottom:
        msg = "give left,top,right,bottom in pixels of the photo, left before right, top before bottom"
        raise ValueError(msg)
    return box


def _cursor(value: str) -> str:
    if value:
        _after(value)
    return value


class ImageParameters(Asked):
    """Which picture of a photo is asked for."""

    size: Annotated[
        int, AfterValidator(_size), WithJsonSchema({"type": "integer", "enum": list(SIZES)})
    ] = Field(480, description="pixels of the longer side at most")


class InkParameters(Asked):
    """Which part of a photo is asked for."""

    box: Annotated[
        Box, BeforeValidator(_box), WithJsonSchema({"type": "string", "pattern": f"^{_BOX}$"})
    ] = Field(description="left,top,right,bottom in pixels of the photo")
    height: int = Field(
        64, ge=1, le=MAX_INK_HEIGHT, description="pixels of the picture's height at most"
    )


class ExportParameters(Asked):
    """The form in which the words of a photo are asked for."""

    format: Literal["txt", "json", "hocr", "alto", "page", "xmp", "pdf"] = Field(
        "txt", description="plain text, JSON as of a photo, or the format of another program"
    )


class ListParameters(Narrowed):
    """Which photos are listed."""

    state: Literal["read", "empty", "pending"] | None = Field(
        None, description="only photos in this state"
    )
    cursor: Annotated[
        str,
        AfterValidator(_cursor),
        WithJsonSchema({"type": "string", "pattern": f"^({_CURSOR})?$"}),
    ] = Field("", description="`next` of the list before, to go on")


class CheckedPhotoDetails(plain.PhotoDetails):
    """A photo with when somebody said that all its words are right: `checked`, null for never."""

    checked: str | None


class ListedPhoto(TypedDict):
    """A photo of a list; `size` is its [width, height] in pixels, `words` counts those read."""

    id: str
    photo: str
    taken: str | None
    state: str
    words: int
    size: list[int]


class PhotoList(TypedDict):
    """Photos, newest first, and what `cursor` must be for those after them; null at the end."""

    photos: list[ListedPhoto]
    next: str | None


def photo_of(site: Site, request: Request) -> Photo:
    """The photo that a path names. Raises Problem if there is none."""
    name = request.path_params["id"]
    found = None
    if _ID.fullmatch(name):
        with site.library.parts() as (catalog, _):
            found = catalog.photo_with(name)
    if found is None:
        raise unknown_photo()
    return found


def unknown_photo() -> Problem:
    """The problem of an id that no photo has."""
    msg = "no photo has this id; it may have been removed, so search again"
    return Problem(HTTPStatus.NOT_FOUND, msg)


def details(site: Site, request: Request, _: Asked) -> Response:
    """What was read on a photo."""
    with site.library.parts() as (catalog, _stores):
        return json_response(details_of(catalog, photo_of(site, request)))


def details_of(catalog: CatalogReader, known: Photo) -> CheckedPhotoDetails:
    """What was read on a photo, with its id, files and dates."""
    at = catalog.checked([known.hash]).get(known.hash)
    checked = None if at is None else datetime.fromtimestamp(at, UTC).isoformat()
    return {**plain.details_of(known), "checked": checked}


def export(site: Site, request: Request, asked: ExportParameters) -> Response:
    """The words of a photo as a file."""
    known = photo_of(site, request)
    if asked.format == "pdf":
        content = write_pdf([known], lambda photo: site.renderer.photo(photo, max(SIZES)))
        return _file(known, content, ".pdf", "application/pdf")
    form = FORMATS[asked.format]
    return _file(known, form.write(known), form.ending, form.kind)


def _file(photo: Photo, content: bytes, ending: str, kind: str) -> Response:
    name = f'attachment; filename="{photo.hash}{ending}"'
    headers = {"Content-Disposition": name, "Cache-Control": "no-store"}
    return Response(content, headers=headers, media_type=kind)


# lists ---------------------------------------------------------------------------------------


def listed(site: Site, _: Request, asked: ListParameters) -> Response:
    """Photos by folder and date, newest first."""
    photos, after = page_of(site, asked)
    with site.library.parts() as (catalog, _stores):
        words = catalog.count_words([photo.id for photo in photos])
    made: PhotoList = {
        "photos": [
            {
                "id": photo.hash,
                "photo": str(photo.places[0]),
                "taken": photo.taken.isoformat() if photo.taken else None,
                "state": str(photo.state),
                "words": words.get(photo.id, 0),
                "size": [photo.width, photo.height],
            }
            for photo in photos
        ],
        "next": after or None,
    }
    return json_response(made)


def page_of(site: Site, asked: ListParameters) -> tuple[list[Photo], str]:
    """Photos of a list, and the cursor of those after them, "" at the end."""
    since, until = asked.span
    with site.library.parts() as (catalog, _):
        newest = catalog.newest(
            since=since,
            until=until,
            folder=asked.below,
            state=State(asked.state) if asked.state else None,
            after=_after(asked.cursor) if asked.cursor else None,
            limit=asked.limit + 1,
        )
        ids = [photo_id for _, photo_id in newest[: asked.limit]]
        known = catalog.photos(ids, folder=asked.below)
    taken, last = newest[asked.limit - 1] if len(newest) > asked.limit else (None, 0)
    cursor = f"{taken.isoformat()}_{last}" if taken else ""
    return [known[photo_id] for photo_id in ids if photo_id in known], cursor


def _after(cursor: str) -> tuple[datetime, int]:
    """Time and number of the photo that a list ended with. Raises ValueError."""
    if not re.fullmatch(_CURSOR, cursor, re.ASCII):
        msg = "give what `next` of the list before says"
        raise ValueError(msg)
    taken, _, number = cursor.rpartition("_")
    return datetime.fromisoformat(taken), int(number)


# pictures ------------------------------------------------------------------------------------


def image(site: Site, request: Request, asked: ImageParameters) -> Response:
    """A picture of a whole photo."""
    size = asked.size
    return _picture(site, request, f"{size}", lambda photo: site.renderer.photo(photo, size))


def ink(site: Site, request: Request, asked: InkParameters) -> Response:
    """A part of a photo, for example the line that answers."""
    box, height = asked.box, asked.height
    name = "-".join(map(str, [*box.as_list(), height]))
    return _picture(site, request, name, lambda photo: site.renderer.part(photo, box, height))


def _picture(site: Site, request: Request, name: str, draw: Callable[[Photo], bytes]) -> Response:
    photo = photo_of(site, request)
    tag = f'"{photo.hash}-{name}-{VERSION}"'
    headers = {"Cache-Control": _CACHED, "ETag": tag}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    content = draw(photo)
    kind = "image/jpeg" if content[:2] == b"\xff\xd8" else "image/webp"
    return Response(content, headers=headers, media_type=kind)
