"""Words to ask about."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from pydantic import Field
from starlette.responses import Response

from indexer import bootstrap
from indexer.corrections.lessons import lessons_report
from indexer.corrections.new_correction import word_at
from indexer.entities import Box
from indexer.web import corrections, photos
from indexer.web.endpoint import Asked, json_response

if TYPE_CHECKING:
    from starlette.requests import Request

    from indexer.web.site import Site


class AskForLessons(Asked):
    """How many, and which by chance."""

    limit: int = Field(20, ge=1, le=100, description="words at most")
    seed: int = Field(0, ge=0, le=10**6, description="another one asks about other words")


class Skip(Asked):
    """The word of a lesson."""

    id: str = Field(max_length=64, description="content hash of the photo")
    box: corrections.PixelBox = Field(description="left, top, right, bottom of the word")


def lessons(site: Site, _: Request, asked: AskForLessons) -> Response:
    """Words that were read with doubt, and some by chance."""
    with site.library.parts() as (catalog, _stores):
        return json_response(lessons_report(catalog, asked.limit, asked.seed))


def skip(site: Site, _: Request, asked: Skip) -> Response:
    """Do not ask about a word again, as long as the same is read there."""
    with bootstrap.correcting(site.settings) as catalog:
        known = catalog.photo_with(asked.id)
        if known is None:
            raise photos.unknown_photo()
        catalog.skip(known.hash, word_at(Box(*asked.box), known))
    return Response(status_code=HTTPStatus.NO_CONTENT)
