"""Photos by their id, and pictures of them."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.responses import Response

from indexer.entities import Box
from indexer.renditions.renderer import SIZES, VERSION
from indexer.web.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from indexer.entities import Photo
    from indexer.web.site import Site

MAX_INK_HEIGHT = 256
"""Pixels of the height of a part of a photo."""

_ID = re.compile(r"[0-9a-f]{32}")
_BOX = re.compile(r"(\d{1,6}),(\d{1,6}),(\d{1,6}),(\d{1,6})")
_CACHED = "private, max-age=31536000, immutable"
"""A picture is named by the content that it shows, so it never becomes another."""


def photo_of(site: Site, request: Request) -> Photo:
    """The photo that a path names. Raises Problem if there is none."""
    name = request.path_params["id"]
    found = None
    if _ID.fullmatch(name):
        with site.library.parts() as (catalog, _):
            found = catalog.photo_with(name)
    if found is None:
        msg = "no photo has this id; it may have been removed, so search again"
        raise Problem(HTTPStatus.NOT_FOUND, msg)
    return found


def image(site: Site, request: Request) -> Response:
    """A picture of a whole photo."""
    said = request.query_params.get("size", "480")
    sizes = {str(size): size for size in SIZES}
    if said not in sizes:
        msg = f"size: give one of {', '.join(sizes)}"
        raise Problem(HTTPStatus.BAD_REQUEST, msg)
    return _picture(site, request, f"{said}", lambda photo: site.renderer.photo(photo, sizes[said]))


def ink(site: Site, request: Request) -> Response:
    """A part of a photo, for example the line that answers."""
    box = _BOX.fullmatch(request.query_params.get("box", ""))
    height = request.query_params.get("height", "64")
    if not box or not height.isascii() or not height.isdecimal() or len(height) > 3:
        msg = "give box=left,top,right,bottom in pixels, and height"
        raise Problem(HTTPStatus.BAD_REQUEST, msg)
    edges = Box(*map(int, box.groups()))
    if (
        edges.left >= edges.right
        or edges.top >= edges.bottom
        or not 0 < int(height) <= MAX_INK_HEIGHT
    ):
        msg = f"box: left before right, top before bottom; height: 1 to {MAX_INK_HEIGHT}"
        raise Problem(HTTPStatus.BAD_REQUEST, msg)
    name = f"{box.group()}-{height}"
    return _picture(
        site, request, name, lambda photo: site.renderer.part(photo, edges, int(height))
    )


def _picture(site: Site, request: Request, name: str, draw: Callable[[Photo], bytes]) -> Response:
    photo = photo_of(site, request)
    tag = f'"{photo.hash}-{name}-{VERSION}"'
    headers = {"Cache-Control": _CACHED, "ETag": tag}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    content = draw(photo)
    kind = "image/jpeg" if content[:2] == b"\xff\xd8" else "image/webp"
    return Response(content, headers=headers, media_type=kind)
