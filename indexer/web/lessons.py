"""Words to ask about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from indexer.corrections.lessons import lessons_report
from indexer.web.endpoint import Asked, json_response

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from indexer.web.site import Site


class AskForLessons(Asked):
    """How many, and which by chance."""

    limit: int = Field(20, ge=1, le=100, description="words at most")
    seed: int = Field(0, ge=0, le=10**6, description="another one asks about other words")


def lessons(site: Site, _: Request, asked: AskForLessons) -> Response:
    """Words that were read with doubt, and some by chance."""
    with site.library.parts() as (catalog, _stores):
        return json_response(lessons_report(catalog, asked.limit, asked.seed))
